"""Who may come in: people, their browsers and their tokens; and the secrets of all of them."""

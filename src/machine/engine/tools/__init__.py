"""The machine's operations as tools for models: one file for each group of them."""

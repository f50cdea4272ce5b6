// Runs before the first paint: the reader's stored choice, or else what their system prefers (styles.css).
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("theme");
  } catch {
    // Storage is closed to this page: follow the system.
  }
  if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
})();

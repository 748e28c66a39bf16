// Before anything is drawn: the reader's colours where they follow the system, so that nothing flashes.
document.documentElement.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches && (document.documentElement.dataset.bsTheme = "dark");

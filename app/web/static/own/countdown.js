// Counts down what is about to happen, from the seconds that were left when the page was made (the service's own clock).
// Without this script the page says the time of day, which is enough.
(() => {
  const begun = new WeakMap();
  setInterval(() => {
    for (const shown of document.querySelectorAll("[data-seconds]")) {
      const given = shown.dataset.seconds;
      if (!begun.has(shown) || begun.get(shown).given !== given) begun.set(shown, { given, at: Date.now() });
      const left = Math.max(0, Math.round(Number(given) - (Date.now() - begun.get(shown).at) / 1000));
      const text = left === 1 ? "1 second left" : `${left} seconds left`;
      if (shown.textContent !== text) shown.textContent = text;
    }
  }, 500);
})();

// Counts down what is about to happen, from what was left when the page was made (the service's own clock): seconds for
// what is seconds away (data-seconds), minutes for what is due (data-left, in seconds, below zero when it is late).
// The clock in the bar goes on by the same. Without this script the page says what was left then, and the time of day, which is enough.
(() => {
  const begun = new WeakMap();
  const seconds = (left) => {
    const whole = Math.max(0, Math.round(left));
    return whole === 1 ? "1 second left" : `${whole} seconds left`;
  };
  const span = (minutes) => {
    if (minutes < 60) return `${minutes} min`;
    const rest = minutes % 60 && minutes < 600 ? ` ${minutes % 60} min` : "";
    if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${rest}`;
    return `${Math.floor(minutes / 1440)} d`;
  };
  const due = (left) => `${span(Math.round(Math.abs(left) / 60))} ${left >= 0 ? "left" : "late"}`;

  const clock = document.getElementById("clock");
  const tick = () => {
    if (clock) clock.textContent = window.rrtTime(clock.dataset);
    for (const shown of document.querySelectorAll("[data-seconds], [data-left]")) {
      const given = shown.dataset.seconds || shown.dataset.left;
      if (!begun.has(shown) || begun.get(shown).given !== given) begun.set(shown, { given, at: Date.now() });
      const left = Number(given) - (Date.now() - begun.get(shown).at) / 1000;
      const text = shown.dataset.seconds ? seconds(left) : due(left);
      if (shown.textContent !== text) shown.textContent = text;
    }
  };
  tick();
  setInterval(tick, 500);
})();

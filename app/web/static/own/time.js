// Times of day as the pages say them ("4:30 a.m. CT"), by the service's own clock: it may be
// another than this machine's, and goes faster in a demonstration. An element says what the clock showed when the page
// was made (data-now, seconds), how fast it goes (data-rate), whose time it is and that zone's letters.
(() => {
  const openedAt = Date.now();
  window.rrtTime = ({ now, rate, zone, letters }, at = Date.now()) => {
    const moment = new Date(Number(now) * 1000 + (at - openedAt) * Number(rate));
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hour: "numeric", minute: "2-digit", hour12: true });
    const { hour, minute, dayPeriod } = Object.fromEntries(
      parts.formatToParts(moment).map((part) => [part.type, part.value]),
    );
    const half = dayPeriod.toLowerCase();
    return `${hour}:${minute} ${half[0]}.m. ${letters}`;
  };
})();

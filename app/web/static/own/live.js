// Says whether the page is live, and cuts a connection that has gone silent, so that it is made again.
// The parts that change are fetched again by htmx. Without this script the pages work; they are only not live.
(() => {
  const RELOAD_AFTER_MS = 30000;
  const source = document.getElementById("sse");
  const shown = document.getElementById("live");
  if (!source) return;
  const quietMs = Number(source.dataset.quiet || 40000);
  let connection = null;
  let heardAt = Date.now();
  let lostAt = null;

  const say = (text, isLive) => {
    if (!shown || shown.textContent === text) return;
    shown.textContent = text;
    shown.classList.toggle("rrt-off", !isLive);
  };
  const live = () => {
    heardAt = Date.now();
    lostAt = null;
    say("Live", true);
  };
  const lost = (text) => {
    lostAt = lostAt || heardAt;
    const since = new Date(lostAt).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    say(text || `Not live since ${since}`, false);
  };

  document.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail.connection;
    live();
  });
  document.addEventListener("htmx:sse:after:message", live);
  document.addEventListener("htmx:sse:error", (event) => {
    lost(event.detail.status === 401 ? "Signed out" : "");
  });
  document.addEventListener("htmx:sse:close", () => {
    connection = null;
    lost();
  });

  // The parts fetch at most once in 400 ms and drop what comes in between: the last signal of a burst is given again,
  // so that what is shown is never older than the last change.
  const AGAIN_MS = 900;
  let again = null;
  source.addEventListener("changed", (event) => {
    if (event.detail && event.detail.again) return;
    clearTimeout(again);
    again = setTimeout(() => navigator.onLine && htmx.trigger(source, "changed", { again: true }), AGAIN_MS);
  });

  // The stream itself may not notice for long that the network is gone; the browser often does.
  window.addEventListener("offline", () => lost());
  window.addEventListener("online", () => {
    if (connection && connection.reader) connection.reader.cancel();
    else htmx.trigger(source, "rrt-retry");
  });

  setInterval(() => {
    const isSignedOut = shown && shown.textContent === "Signed out";
    if (lostAt && Date.now() - lostAt > RELOAD_AFTER_MS && !isSignedOut && shown) {
      say(`${shown.textContent.replace(", reload", "")}, reload`, false);
    }
    if (Date.now() - heardAt < quietMs) return;
    heardAt = Date.now();
    if (!isSignedOut && !lostAt) lost();
    if (connection && connection.reader) {
      connection.reader.cancel(); // ends the stream; the extension then connects again
    } else {
      htmx.trigger(source, "rrt-retry"); // the first connection never came up, or was given up
    }
  }, 1000);
})();

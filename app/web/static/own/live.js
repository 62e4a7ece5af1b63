// Shows whether the live connection is up, and cuts a silent one so that it reconnects.
// The board itself is refreshed by htmx.
(() => {
  const live = document.getElementById("live");
  const sse = document.getElementById("sse");
  if (!live || !sse) return;
  const quietMs = Number(sse.dataset.quiet || 40000);
  let conn = null, last = Date.now();
  const set = (ok) => {
    const t = ok ? "Live" : "Reconnecting";
    if (live.textContent !== t) { live.textContent = t; live.classList.toggle("rrt-off", !ok); }
  };
  document.addEventListener("htmx:sse:after:connection", (e) => { conn = e.detail.connection; last = Date.now(); set(true); });
  document.addEventListener("htmx:sse:after:message", () => { last = Date.now(); set(true); });
  document.addEventListener("htmx:sse:error", () => set(false));
  document.addEventListener("htmx:sse:close", () => { conn = null; set(false); });
  setInterval(() => {
    if (Date.now() - last < quietMs) return;
    set(false); last = Date.now();
    if (conn && conn.reader) conn.reader.cancel();     // ends the stream: the extension then reconnects
    else htmx.trigger(sse, "rrt-retry");               // the first connection never came up, or was given up
  }, 1000);
})();

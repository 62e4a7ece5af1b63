// Keys of the desk, and a tone when something new needs somebody. All of it may be turned off, and nothing needs it:
// every key only brings the focus to a link or button that is there, or opens a page of the menu.
(() => {
  const ROWS = "main .rrt-nowcard, main .rrt-reqs tbody tr, main .rrt-listed tbody tr, main .rrt-maplist > li, main .rrt-feed > li, main .rrt-card";
  const dialog = document.getElementById("keys");
  const opener = document.getElementById("keys-open");
  if (!dialog || !dialog.showModal) return;

  // Settings of this browser; where it keeps none, what they are at first.
  const AT_FIRST = { "keys-on": true, "sound-on": false, "count-on": true };
  const isOn = (name) => {
    try {
      const kept = localStorage.getItem(`rrt-${name}`);
      return kept === null ? AT_FIRST[name] : kept === "yes";
    } catch {
      return AT_FIRST[name];
    }
  };
  for (const name of Object.keys(AT_FIRST)) {
    const box = document.getElementById(name);
    box.checked = isOn(name);
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(`rrt-${name}`, box.checked ? "yes" : "no");
      } catch {
        // Private windows may keep nothing; then it holds for this page.
      }
      AT_FIRST[name] = box.checked;
      if (name === "sound-on" && box.checked) tone();
      if (name === "count-on") showCount();
    });
  }

  let audio = null;
  const tone = () => {
    audio = audio || new AudioContext();
    const from = audio.currentTime;
    for (const [hertz, at] of [[660, 0], [880, 0.16]]) {
      const source = audio.createOscillator();
      const loudness = audio.createGain();
      source.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.15, from + at);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + at + 0.15);
      source.connect(loudness).connect(audio.destination);
      source.start(from + at);
      source.stop(from + at + 0.16);
    }
    document.documentElement.dataset.tones = Number(document.documentElement.dataset.tones || 0) + 1;
  };
  const wake = () => {
    if (isOn("sound-on")) {
      audio = audio || new AudioContext();
      audio.resume();
    }
  };
  document.addEventListener("pointerdown", wake, { once: true });
  document.addEventListener("keydown", wake, { once: true });

  // The page's title counts what needs its reader: "(2) Board".
  const SAID = /^\((\d+)\) /;
  const inTitle = () => Number((document.title.match(SAID) || [0, 0])[1]);
  let count = inTitle();
  const showCount = () => {
    const bare = document.title.replace(SAID, "");
    const wanted = count && isOn("count-on") ? `(${count}) ${bare}` : bare;
    if (document.title !== wanted) document.title = wanted;
  };
  document.addEventListener("htmx:after:swap", () => {
    // The title is set before or after the parts; a moment later both are there.
    setTimeout(() => {
      const now = inTitle();
      if (now > count && isOn("sound-on")) tone();
      count = now;
      showCount();
    }, 50);
  });
  showCount();

  const isShown = (one) => one.checkVisibility();
  const targetOf = (row) => row.querySelector("a[href], button");
  const focus = (one) => {
    if (!one) return false;
    one.focus();
    one.scrollIntoView({ block: "nearest" });
    return true;
  };
  const step = (rows, by) => {
    const targets = rows.filter(isShown).map(targetOf).filter(Boolean);
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const at = here < 0 ? -1 : targets.indexOf(targetOf(rows[here]));
    const next = at < 0 ? (by > 0 ? 0 : targets.length - 1) : Math.min(targets.length - 1, Math.max(0, at + by));
    return focus(targets[next]);
  };
  const FILLED = ".usa-button:not(.usa-button--outline, .usa-button--unstyled, [disabled])";
  const all = (chosen) => [...document.querySelectorAll(chosen)];
  const cards = () => all("main .rrt-nowcard");
  const nextCard = () => {
    const here = cards().findIndex((card) => card.contains(document.activeElement));
    return focus(cards().map(targetOf)[(here + 1) % Math.max(1, cards().length)]);
  };
  const DOES = {
    j: () => step(all(ROWS), 1),
    k: () => step(all(ROWS), -1),
    n: () => nextCard() || (location.pathname !== "/desk" && location.assign("/desk#next")),
    a: () => focus([".usa-button--big", FILLED].map((chosen) => all(`main ${chosen}`).find(isShown)).find(Boolean)),
    "/": () => focus(all("main input[type=search], main #find").find(isShown)) || location.assign("/desk/experts#search"),
    "?": () => dialog.showModal(),
  };
  const goes = (key) => all("[data-key]").find((link) => link.dataset.key === key);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open || !isOn("keys-on")) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
    const link = goes(event.key);
    if (!DOES[event.key] && !link) return;
    event.preventDefault();
    if (DOES[event.key]) DOES[event.key]();
    else location.assign(link.href);
  });

  const menus = () => all("details.rrt-menu[open]");
  const closeMenus = () => {
    for (const menu of menus()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  };
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  opener.hidden = false;
  opener.addEventListener("click", () => {
    closeMenus();
    dialog.showModal();
  });

  if (location.hash === "#next") nextCard();
  if (location.hash === "#search") DOES["/"]();
})();

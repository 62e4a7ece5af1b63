// What a live change moves glides to its new place: nobody loses a row from sight, and nothing jumps under the pointer.
// The new place is the real one at once; only the picture follows. Whoever wants less motion sees none.
(() => {
  const MOVE_MS = 180;
  const PARTS = "section, aside, table, thead, tr, li, form, details, .rrt-headrow, .rrt-cols, .rrt-nows, .rrt-key";
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let places = null;
  let running = [];

  const isSeen = (box) => box.height > 0 && box.bottom > -200 && box.top < window.innerHeight + 200;
  const moving = (target) => [...target.querySelectorAll(PARTS)];

  document.addEventListener("htmx:before:swap", (event) => {
    places = null;
    if (still.matches || !event.target.matches("[hx-swap='innerMorph']")) return;
    places = new Map();
    for (const part of moving(event.target)) places.set(part, part.getBoundingClientRect());
  });

  const glide = (target) => {
    for (const one of running) one.cancel();
    running = [];
    const now = moving(target).map((part) => [part, part.getBoundingClientRect()]);
    const shifts = new Map();
    for (const [part, box] of now) {
      const was = places.get(part);
      if (!was || (!isSeen(was) && !isSeen(box))) continue;
      shifts.set(part, [was.left - box.left, was.top - box.top]);
    }
    for (const [part, [dx, dy]] of shifts) {
      // A part inside of one that glides is carried along: it makes only the rest of its way itself.
      let around = part.parentElement;
      while (around && !shifts.has(around)) around = around.parentElement;
      const [carriedX, carriedY] = around ? shifts.get(around) : [0, 0];
      const [x, y] = [dx - carriedX, dy - carriedY];
      if (Math.abs(x) < 0.5 && Math.abs(y) < 0.5) continue;
      const frames = [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }];
      running.push(part.animate(frames, { duration: MOVE_MS, easing: "ease-out" }));
    }
  };

  document.addEventListener("htmx:after:swap", (event) => {
    if (places && event.target.matches("[hx-swap='innerMorph']")) glide(event.target);
    places = null;
  });
})();

// The annotators' page. What it shows as saved is what the server has answered; it keeps nothing
// itself but the annotator's name and the size of the images.
"use strict";

const token = new URLSearchParams(location.search).get("token");
const $ = (id) => document.getElementById(id);
const kGuardMs = 400;      // a key pressed twice must not judge the next block unseen
const kBeatMs = 5000;      // signs of life, and what others did
const kMinCell = 84, kMaxCell = 300, kGap = 4;

let annotator = "";
let blocks = [];           // of all people: {name, rank}
let progress = null;       // as the server answers it
let view = null;           // the block on the screen
let cells = [];
let focus = 0, anchor = 0; // images
let hovered = -1;
let shownAt = 0;
let judging = false, active = false, over = false;
let minPurity = 0.95;

// ---- The server

let queue = Promise.resolve();  // one call at a time, in order

function call(name, values = {}) {
  const result = queue.then(() => post(name, values));
  queue = result.catch(() => {});
  return result;
}

async function post(name, values) {
  let response, answer;
  try {
    response = await fetch("/api/" + name, {
      method: "POST",
      headers: {"Content-Type": "application/json", "X-Facet-Token": token},
      body: JSON.stringify({annotator, ...values}),
    });
    answer = await response.json();
  } catch (error) {
    lost("No answer: the stage was stopped, or it has ended. Nothing that this page showed as saved is " +
         "lost. Run the stage again and open the address that it prints.");
    throw new Error("no answer from the server");
  }
  if (response.status === 403) {
    lost("This address is of an earlier run of the stage. Open the one that it prints now.");
  }
  if (!response.ok) throw new Error(answer.error);
  $("lost").hidden = true;
  if (answer.progress) showProgress(answer.progress);
  return answer;
}

function lost(text) {
  if (over) return;
  $("lost").firstElementChild.textContent = text;
  $("lost").hidden = false;
}

function say(text, isError = false) {
  $("message").textContent = text;
  $("message").classList.toggle("error", isError);
}

// ---- A block on the screen

function showProgress(now) {
  progress = now;
  const open = blocks.length - now.judged;
  $("judged").textContent = now.judged + " of " + blocks.length;
  $("time").textContent = duration(now.seconds);
  $("rest").textContent = open === 0 ? "nothing"
      : now.judged === 0 ? open + " " + units : "≈ " + duration(open * now.all_seconds / now.judged);
  const others = now.present.filter((name) => name !== annotator);
  $("you").textContent = annotator + (others.length > 0 ? " +" + others.length : "");
  $("you").title = others.length > 0 ? "also here: " + others.join(", ") : "";
  $("undo").disabled = !now.may_undo;
  $("finish").disabled = !now.may_finish;
  drawMap();
  if (now.finished && !over) {
    over = true;
    showDone();
  }
}

function drawMap() {
  const canvas = $("map"), scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth * scale, height = canvas.clientHeight * scale;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const colors = {a: "#58b884", r: "#e8736b", h: "#c79b3b", ".": "#39414b"};
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  const step = width / Math.max(1, blocks.length), gap = step > 4 * scale ? scale : 0;
  for (let i = 0; i < blocks.length; ++i) {
    pen.fillStyle = colors[progress.blocks[i]];
    pen.fillRect(i * step, 2 * scale, Math.max(1, step - gap), height - 4 * scale);
  }
  if (view) {
    pen.fillStyle = "#fff";
    pen.fillRect(view.block * step, 0, Math.max(3 * scale, step - gap), 2 * scale);
    pen.fillRect(view.block * step, height - 2 * scale, Math.max(3 * scale, step - gap), 2 * scale);
  }
}

function show(next) {
  view = next;
  focus = anchor = 0;
  hovered = -1;
  cells = view.images.map((image, index) => {
    const cell = document.createElement("figure"), picture = document.createElement("img");
    cell.className = "cell";
    cell.dataset.index = index;
    cell.title = image.path + (sheetSize > 0 ? "\nimage " + (index + 1)
        : "score" in image ? "\nlog p = " + image.score.toFixed(3) : "\nno face found");
    picture.alt = "";
    picture.draggable = false;
    picture.decoding = "async";
    picture.onerror = () => cell.classList.add("broken");
    picture.src = "/image/" + image.id + "?size=thumb&token=" + token;
    cell.append(picture);
    return cell;
  });
  $("grid").replaceChildren(...withSheets(cells));
  $("grid").scrollTop = 0;
  $("person").textContent = view.name.replaceAll("_", " ");
  const place = sheetSize > 0 ? numSheets() + (numSheets() === 1 ? " sheet" : " sheets")
      : "block " + (view.rank + 1) + " of " + view.num_of_person;
  $("where").textContent = place + " · " +
      view.images.length + (view.images.length === 1 ? " image" : " images") +
      view.others.map((o) => " · " + o.annotator + (o.accepts ? " accepts it" : " rejects it")).join("");
  document.title = view.name + ": facet";
  fit();
  showState();
  drawMap();
  cells[focus].classList.add("focus");
  shownAt = performance.now();
  document.body.dataset.block = view.block;
  sessionStorage.setItem("facet.place", token + " " + view.block);
}

function showState() {
  // His own verdict; else what others made of it.
  const accepted = view.verdict !== null ? view.verdict : {a: true, r: false}[progress.blocks[view.block]];
  const verdict = view.held_by ? "held" : accepted === undefined ? "open" : accepted ? "accepted" : "rejected";
  const texts = {held: view.held_by + " is at it", open: "OPEN", accepted: "✓ ACCEPTED", rejected: "✕ REJECTED"};
  $("state").className = "state " + verdict;
  $("state").textContent = texts[verdict];
  $("grid").className = verdict;
  view.images.forEach((image, i) => {
    cells[i].classList.toggle("marked", image.marked);
    cells[i].classList.toggle("unsaved", Boolean(image.unsaved));
  });
  const marked = view.images.filter((image) => image.marked).length;
  const purity = (view.images.length - marked) / view.images.length, pure = sheetSize > 0 ? purity >= minPurity : purity > minPurity;
  $("marks").textContent = marked + " of " + view.images.length + " marked";
  $("purity").textContent = (100 * purity).toFixed(1) + " %";
  $("purity").classList.toggle("below", !pure);
  $("right").style.width = 100 * purity + "%";
  $("limit").style.left = 100 * minPurity + "%";
  $("accept").disabled = $("reject").disabled = verdict === "held";
  $("accept").classList.toggle("advised", verdict === "open" && pure);
  $("reject").classList.toggle("advised", verdict === "open" && !pure);
}

function fit() {
  const grid = $("grid"), wanted = Number(localStorage.getItem("facet.cell")) || 0;
  let cell = wanted;
  if (cell === 0) {
    const width = grid.clientWidth - 16, height = grid.clientHeight - (sheetSize > 0 ? 48 : 16);
    const count = sheetSize > 0 ? Math.min(sheetSize, cells.length) : cells.length;  // a sheet fills the window
    cell = kMaxCell;
    const rows = (size) => Math.ceil(count / Math.max(1, Math.floor((width + kGap) / (size + kGap))));
    while (cell > kMinCell && rows(cell) * (cell + kGap) - kGap > height) --cell;
    cell = Math.max(kMinCell, Math.min(cell, 180));
  }
  document.documentElement.style.setProperty("--cell", cell + "px");
}

function resize(factor) {
  const now = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--cell"));
  const cell = Math.round(Math.min(kMaxCell, Math.max(48, now * factor)));
  localStorage.setItem("facet.cell", factor === 0 ? 0 : cell);
  fit();
  cells[focus].scrollIntoView({block: "nearest"});
}

function columns() {
  return getComputedStyle($("grid")).gridTemplateColumns.split(" ").length;
}

function moveTo(index) {
  if (index < 0 || index >= cells.length) return;
  cells[focus].classList.remove("focus");
  focus = index;
  hovered = -1;
  cells[focus].classList.add("focus");
  cells[focus].scrollIntoView({block: "nearest"});
}

// ---- What the annotator does

async function open(number) {
  $("grid").classList.add("busy");
  try {
    show((await call("open", {block: number})).view);
  } catch (error) {
    say(error.message, true);
  }
  $("grid").classList.remove("busy");
}

async function openNext(after) {
  try {
    const answer = await call("next", {after});
    if (answer.view) show(answer.view);
    else showDone();
    return Boolean(answer.view);
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

async function mark(index, range) {
  const block = view;
  if (block.held_by) return say(block.held_by + " is at this " + unit + " now", true);
  const marked = range ? view.images[anchor].marked : !view.images[index].marked;
  const [first, last] = range ? [Math.min(anchor, index), Math.max(anchor, index)] : [index, index];
  if (!range) anchor = index;
  const images = view.images.slice(first, last + 1).filter((image) => image.marked !== marked);
  if (images.length === 0) return;
  for (const image of images) Object.assign(image, {marked, unsaved: true});
  showState();
  try {
    await call("mark", {block: block.block, images: images.map((image) => image.id), marked});
    say(images.length + (images.length === 1 ? " image " : " images ") + (marked ? "marked" : "unmarked") + ", saved");
  } catch (error) {
    for (const image of images) image.marked = !marked;
    say("not saved: " + error.message, true);
  }
  for (const image of images) image.unsaved = false;
  if (view === block) showState();
}

async function judge(accept) {
  if (judging || view === null || view.held_by || performance.now() - shownAt < kGuardMs) return;
  judging = true;
  const block = view;
  $("grid").classList.add("busy");
  try {
    await call("judge", {block: block.block, accept});
    block.verdict = accept;
    if (view === block) showState();
    say((accept ? "accepted, saved: " : "rejected, saved: ") + label(block.block));
    await openNext(block.block);
  } catch (error) {
    say("not saved: " + error.message, true);
  }
  $("grid").classList.remove("busy");
  judging = false;
}

async function undo() {
  try {
    const answer = await call("undo");
    show(answer.view);
    say("undone: your last decision on " + label(answer.view.block));
  } catch (error) {
    say(error.message, true);
  }
}

function zoom() {
  const index = hovered >= 0 ? hovered : focus, image = view.images[index];
  $("zoomed").src = "/image/" + image.id + "?size=full&token=" + token;
  $("zoom-caption").textContent = cells[index].title.replace("\n", " · ");
  $("zoom").showModal();
}

function showDone() {
  const open = blocks.length - progress.judged;
  const held = [...progress.blocks].filter((state) => state === "h").length;
  const count = (state) => [...progress.blocks].filter((s) => s === state).length;
  const sum = count("a") + " accepted, " + count("r") + " rejected, in " + duration(progress.all_seconds) +
      " of work.";
  if (over) {
    $("done-title").textContent = "Finished";
    $("done-text").textContent = sum + " The stage goes on by itself; you can close this page.";
  } else if (open === 0) {
    $("done-title").textContent = "All " + units + " are judged";
    $("done-text").textContent = sum + " Until you finish the stage, every decision can still be changed.";
  } else {
    $("done-title").textContent = held > 0 ? "Others are at the rest" : "Nothing left for you";
    $("done-text").textContent = sum + " " + open + " " + (open === 1 ? unit + " is" : units + " are") + " still open" +
        (held > 0 ? ", " + held + " of them with another annotator." : ".");
  }
  $("finish-now").hidden = over || !progress.may_finish;
  $("stay").hidden = over;
  document.body.dataset.done = over ? "finished" : open === 0 ? "judged" : "waiting";
  if (!$("done").open) $("done").showModal();
}

async function finish() {
  try {
    await call("finish");
  } catch (error) {
    say(error.message, true);
  }
}

async function join(name) {
  annotator = name.trim();
  try {
    const answer = await call("join");
    annotator = answer.annotator;
    blocks = answer.blocks;
    minPurity = answer.min_purity;
    sheetSize = answer.sheet_size;
    for (const each of document.querySelectorAll(".limit")) each.textContent = +(100 * minPurity).toFixed(2) + " %";
    sessionStorage.setItem("facet.name", annotator);
    localStorage.setItem("facet.name", annotator);
    $("join").close();
    showProgress(answer.progress);
    // After a reload, the block that was on the screen.
    const [run, place] = (sessionStorage.getItem("facet.place") || "").split(" ");
    if (run === token && Number(place) < blocks.length) return open(Number(place));
    if (answer.block >= 0) return open(answer.block);
    await open(blocks.length - 1);
    if (!over) showDone();
  } catch (error) {
    annotator = "";
    $("join-error").textContent = error.message;
    if (!$("join").open) $("join").showModal();
  }
}

// ---- Keys, mouse, time

const keys = {
  a: () => judge(true),
  r: () => judge(false),
  u: undo,
  n: () => view.block + 1 < blocks.length && open(view.block + 1),
  p: () => view.block > 0 && open(view.block - 1),
  o: () => openNext(view.block),
  z: zoom,
  "?": () => $("help").showModal(),
  "+": () => resize(1.15),
  "=": () => resize(1.15),
  "-": () => resize(1 / 1.15),
  "0": () => resize(0),
};
const steps = {
  ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -columns(), ArrowDown: () => columns(),
  Home: () => -focus, End: () => cells.length - 1 - focus,
};

document.addEventListener("keydown", (event) => {
  active = true;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ($("zoom").open && (event.key === "z" || event.key === " ")) {
    event.preventDefault();
    return $("zoom").close();
  }
  if (view === null || document.querySelector("dialog[open]") || !$("lost").hidden) return;
  if (event.key in steps) {
    event.preventDefault();
    return moveTo(focus + steps[event.key]());
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.repeat) return;
  if (key === " " || key === "x") {
    event.preventDefault();
    return mark(focus, event.shiftKey);
  }
  if (sheetSize > 0 && key >= "1" && key <= "9") {
    event.preventDefault();
    return toSheet(Number(key));
  }
  if (key in keys) {
    event.preventDefault();
    keys[key]();
  }
});

$("grid").addEventListener("click", (event) => {
  const cell = event.target.closest(".cell");
  if (cell === null) return;
  moveTo(Number(cell.dataset.index));
  mark(focus, event.shiftKey);
});
$("grid").addEventListener("mousemove", (event) => {
  const cell = event.target.closest(".cell");
  hovered = cell === null ? -1 : Number(cell.dataset.index);
});
$("map").addEventListener("click", (event) => {
  open(Math.min(blocks.length - 1, Math.floor(event.offsetX / $("map").clientWidth * blocks.length)));
});
$("zoom").addEventListener("click", () => $("zoom").close());
const buttons = {
  accept: "a", reject: "r", undo: "u", previous: "p", next: "n", "help-button": "?",
};
for (const [id, key] of Object.entries(buttons)) {
  $(id).addEventListener("click", () => {
    $(id).blur();  // space marks images
    if (view !== null) keys[key]();
  });
}
$("finish").addEventListener("click", showDone);
$("done").addEventListener("close", () => {
  if ($("done").returnValue === "finish") finish();
  $("done").returnValue = "";
  delete document.body.dataset.done;
});
$("join").addEventListener("cancel", (event) => event.preventDefault());
$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join($("name").value);
});
for (const kind of ["mousemove", "wheel", "pointerdown"]) {
  document.addEventListener(kind, () => active = true, {passive: true});
}
window.addEventListener("pagehide", () => {
  if (annotator === "" || over) return;
  fetch("/api/leave", {
    method: "POST",
    keepalive: true,
    headers: {"Content-Type": "application/json", "X-Facet-Token": token},
    body: JSON.stringify({annotator}),
  });
});
window.addEventListener("resize", () => {
  if (view === null) return;
  fit();
  drawMap();
});

setInterval(async () => {
  if (annotator === "" || over) return;
  const beat = active && view !== null;
  active = false;
  try {
    await call(beat ? "touch" : "progress", beat ? {block: view.block} : {});
    if (document.body.dataset.done === "waiting" && progress.judged === blocks.length) showDone();
  } catch (error) {
    // lost() has said it
  }
}, kBeatMs);

$("name").value = localStorage.getItem("facet.name") || "";
if (sessionStorage.getItem("facet.name")) {
  join(sessionStorage.getItem("facet.name"));
} else {
  $("join").showModal();
}

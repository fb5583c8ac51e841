// What is judged, blocks of images or people by sheets of them, and how that is said. Loaded before
// page.js, whose `view`, `blocks` and moveTo() it uses.
"use strict";

let sheetSize = 0;         // people in sheets of so many images; 0: blocks
const unit = document.body.dataset.task === "people" ? "person" : "block";
const units = unit === "person" ? "people" : "blocks";

function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return Math.round(seconds) + " s";
  return minutes < 90 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
}

function label(number) {
  const name = blocks[number].name.replaceAll("_", " ");
  return sheetSize > 0 ? name : name + ", block " + (blocks[number].rank + 1);
}

function numSheets() {
  return Math.ceil(view.images.length / sheetSize);
}

// A heading before each sheet's first image.
function withSheets(cells) {
  if (sheetSize === 0) return cells;
  return cells.flatMap((cell, index) => {
    if (index % sheetSize !== 0) return [cell];
    const heading = document.createElement("p");
    heading.className = "sheet";
    heading.textContent = "sheet " + (index / sheetSize + 1) + " of " + numSheets();
    return [heading, cell];
  });
}

function toSheet(number) {
  const heading = document.querySelectorAll(".sheet")[number - 1];
  if (heading === undefined) return;
  moveTo((number - 1) * sheetSize);
  heading.scrollIntoView({block: "start"});
}

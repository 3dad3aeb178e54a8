// The buttons of a dead letter's page, where somebody may decide about it.

import { tell } from "./decide.js";

const controls = document.querySelector("[data-letter]");

function decide(operation, ...given) {
  return tell(controls.querySelector(".told"), "DeadLetters",
    { type: "exec", operation, arguments: [controls.dataset.letter, ...given] });
}

controls?.querySelector(".replay").addEventListener("click", () =>
  confirm(`Send dead letter ${controls.dataset.letter} to its source again?`) && decide("replayLetter"));
controls?.querySelector(".discard").addEventListener("click", () => {
  const why = prompt(`Why is dead letter ${controls.dataset.letter} discarded? It is kept with it.`);
  if (why?.trim()) decide("discardLetter", why.trim());
});

"use strict";
const FIELDS = ["set", "family", "kind", "solver", "target", "outcome"];
const told = (row, field) => field === "set" ? row.dataset.set.split(" ") : [row.dataset[field]];
for (const table of document.querySelectorAll("table.filtered")) {
  const rows = [...table.tBodies[0].rows];
  const place = table.closest("section").querySelector(".filters");
  const chosen = {};
  const shown = document.createElement("output");
  const apply = () => {
    let count = 0;
    for (const row of rows) {
      row.hidden = FIELDS.some((f) => chosen[f] && !told(row, f).includes(chosen[f]));
      count += !row.hidden;
    }
    shown.value = `${count} of ${rows.length} rows`;
  };
  for (const field of FIELDS) {
    const values = [...new Set(rows.flatMap((row) => told(row, field)))].sort();
    if (values.length < 2) continue;
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.name = field;
    select.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    select.addEventListener("change", () => { chosen[field] = select.value; apply(); });
    label.append(`${field} `, select);
    place.append(label);
  }
  place.append(shown);
  apply();
}
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
addEventListener("hashchange", open);
open();

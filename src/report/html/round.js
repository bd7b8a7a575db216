for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0], rows = [...body.rows];
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  for (const button of table.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const head = button.closest("th"), column = head.cellIndex;
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const compare = (a, b) => {
        const [x, y] = [value(a, column), value(b, column)], [m, n] = [parseFloat(x), parseFloat(y)];
        if (x === "" || y === "") return (x === "") - (y === "");
        const order = isNaN(m) || isNaN(n) ? x.localeCompare(y) : m - n;
        return down ? -order : order;
      };
      body.append(...rows.sort(compare));
    });
  }
  const text = document.getElementById("filter-text"), outcome = document.getElementById("filter-outcome");
  const filter = () => {
    const words = text.value.toLowerCase();
    for (const row of rows)
      row.hidden = !(row.textContent.toLowerCase().includes(words) && (!outcome.value || row.dataset.outcome === outcome.value));
  };
  text.addEventListener("input", filter);
  outcome.addEventListener("change", filter);
  document.getElementById("filter").hidden = false;
}

// The second sheet, which only old browsers are given: each rule is for those that lack one thing, which
// `ui/begin.js` finds out and writes on the page as a class.
import { given, transform } from "./lightning.mjs";

const NO_FLEX_GAP = "tx-no-flex-gap";
const NO_HAS = "tx-no-has";

export function olderSheet(css) {
  const boxes = flexBoxes(css);
  return transform(css, {
    Rule: {
      style: ({ value }) => value.selectors.flatMap((selector) =>
        [...instead(selector, value.declarations), ...apart(selector, value.declarations, boxes)].map((one) => rule(one, value.loc))),
      "font-face": () => [],
      import: () => [],
      keyframes: () => [],
      page: () => [],
      property: () => [],
      supports: () => [],
    },
  });
}

function rule({ selectors, declarations }, loc) {
  const said = { declarations, importantDeclarations: [] };
  return given({ type: "style", value: { selectors, declarations: said, rules: [], loc } });
}

const type = (name) => ({ type: "type", name });
const lacking = (name) => [type("html"), { type: "class", name }, { type: "combinator", value: "descendant" }];
const under = (selector, part) => [...selector, { type: "combinator", value: "child" }, ...part];
const pseudo = (kind) => ({ type: "pseudo-class", kind });

// A sign before bare words is the only element of its box.
const SIGNS = [type("svg"), type("input"), { type: "class", name: "tx-state-sign" }, { type: "class", name: "tx-brand-sign" }];

// What stands in for `:has()`: variables that an element has because of what is in it are as good on that alone.
function instead(selector, { declarations }) {
  const at = selector.findIndex((part) => part.kind === "has");
  if (at < 0 || at !== selector.length - 1 || !declarations.every((one) => one.property === "custom")) return [];
  const inner = selector[at].selectors.map((one) => [...lacking(NO_HAS), ...under(selector.slice(0, at), one)]);
  return [{ selectors: inner, declarations }];
}

// Each selector under which a flex box is laid out, with how.
function flexBoxes(css) {
  const boxes = new Map();
  const learn = (selector, { declarations }) => {
    const box = boxes.get(JSON.stringify(selector)) ?? {};
    for (const { property, value } of declarations) {
      if (property === "display") box.flex = value.inside?.type === "flex";
      if (property === "unparsed" && value.propertyId.property === "display") box.flex = true;
      if (property === "flex-direction") box.column = value === "column";
      if (property === "flex-flow") box.wrap = value.wrap === "wrap";
      if (property === "flex-wrap") box.wrap = value[0] === "wrap" || value === "wrap";
      if (property === "margin-block-end" || property === "margin-bottom") box.below = value;
      if (property === "margin") box.below = value.bottom;
      const name = property === "unparsed" ? value.propertyId.property : property;
      if (name.startsWith("background") || name === "border") box.painted = true;
    }
    boxes.set(JSON.stringify(selector), box);
  };
  transform(css, { Rule: { style: ({ value }) => value.selectors.forEach((one) => learn(one, value.declarations)) } });
  return boxes;
}

// What stands in for `gap` between the parts of a flex box: a margin behind each but the last.
function apart(selector, { declarations }, boxes) {
  const box = boxes.get(JSON.stringify(selector));
  const gaps = declarations.map(gap).filter(Boolean);
  if (gaps.length === 0 || !box.flex) return [];
  const { row, column } = Object.assign({}, ...gaps);
  const within = [...lacking(NO_FLEX_GAP), ...selector];
  const not = (kind) => ({ type: "pseudo-class", kind: "not", selectors: [[pseudo(kind)]] });
  if (box.column) return row ? [{ selectors: [under(within, [not("last-child")])], declarations: [margin("bottom", row)] }] : [];
  const made = [];
  if (column) {
    const alone = SIGNS.map((sign) => under(within, [sign, pseudo("only-child")]));
    made.push({ selectors: [under(within, [not("last-child")]), ...alone], declarations: [margin("right", column)] });
  }
  if (box.wrap && row?.value?.value.value > 0) {
    made.push({ selectors: [under(within, [{ type: "universal" }])], declarations: [margin("bottom", row)] });
    // A box that is seen to end somewhere ends below the margin of its last line.
    if (!box.painted) made.push({ selectors: [within], declarations: [less(box.below, row)] });
  }
  return made;
}

function gap({ property, value }) {
  if (property === "gap") return { row: value.row, column: value.column };
  if (property === "row-gap") return { row: value };
  if (property === "column-gap") return { column: value };
  if (property !== "unparsed") return undefined;
  const name = value.propertyId.property;
  if (name !== "gap" && name !== "row-gap" && name !== "column-gap") return undefined;
  const told = { unparsed: value.value };
  return { ...(name !== "column-gap" && { row: told }), ...(name !== "row-gap" && { column: told }) };
}

function margin(side, { unparsed, value }) {
  const property = `margin-${side}`;
  if (unparsed) return { property: "unparsed", value: { propertyId: { property }, value: unparsed } };
  return { property, value: { type: "length-percentage", value } };
}

// The margin below a box whose lines each have one already: both as lengths of one unit.
function less(below, row) {
  const length = row.value.value;
  const kept = below?.type === "length-percentage" ? below.value.value : { ...length, value: 0 };
  if (kept.unit !== length.unit && kept.value !== 0) throw new Error(`a margin in another unit: ${JSON.stringify([below, row])}`);
  const value = Math.round((kept.value - length.value) * 1000) / 1000;
  return { property: "margin-bottom", value: { type: "length-percentage", value: { type: "dimension", value: { ...length, value } } } };
}

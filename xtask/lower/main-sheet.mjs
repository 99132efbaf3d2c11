// The one sheet that all browsers take: the same rules, written so that an old one understands them too.
import { given, transform } from "./lightning.mjs";

// The screens are Chinese and run from left to right and from top to bottom.
const PHYSICAL = {
  "inset": ["top", "right", "bottom", "left"],
  "inset-block": ["top", "bottom"],
  "inset-inline": ["left", "right"],
  "inset-block-start": ["top"],
  "inset-block-end": ["bottom"],
  "inset-inline-start": ["left"],
  "inset-inline-end": ["right"],
  "margin-block": ["margin-top", "margin-bottom"],
  "margin-inline": ["margin-left", "margin-right"],
  "padding-block": ["padding-top", "padding-bottom"],
  "padding-inline": ["padding-left", "padding-right"],
  "border-start-start-radius": ["border-top-left-radius"],
  "border-start-end-radius": ["border-top-right-radius"],
  "border-end-start-radius": ["border-bottom-left-radius"],
  "border-end-end-radius": ["border-bottom-right-radius"],
};

export function lowered(css) {
  const sheet = transform(css, { Declaration: older, Selector: withoutLists });
  const rules = sheet.split("}").map((rule) => withoutMixing(focused(rule)));
  // The same by its older name.
  return rules.join("}").replaceAll("overflow-wrap:anywhere", "word-break:break-word;overflow-wrap:anywhere");
}

// In a flex box `start` and `end` came late; in a grid their older names mean the same.
const PLACED = ["align-content", "align-items", "align-self", "justify-content"];

function older(declaration) {
  const { property, value } = declaration;
  if (!PLACED.includes(property) || (value.value !== "start" && value.value !== "end")) return physical(declaration);
  return given({ ...declaration, value: { ...value, value: `flex-${value.value}` } });
}

// A value that waits for a variable is written for each side; what is written out is the tool's to divide.
function physical(declaration) {
  const name = declaration.property === "unparsed" ? declaration.value.propertyId.property : declaration.property;
  const sides = PHYSICAL[name];
  if (!sides) return undefined;
  if (declaration.property === "unparsed") {
    const { value } = given(declaration);
    return sides.map((property) => ({ property: "unparsed", value: { ...value, propertyId: { property } } }));
  }
  return sides.length === 1 ? { property: sides[0], value: declaration.value } : undefined;
}

// `:is(a, b) c` and `:where(a, b) c` become `a c, b c`. Our own rules come later in the sheet or name a class: what
// PatternFly's `:where` weighs more by this changes nothing.
function withoutLists(selector) {
  const at = selector.findIndex((part) => part.type === "pseudo-class" && (part.kind === "is" || part.kind === "where"));
  if (at < 0) return undefined;
  const before = selector.slice(0, at);
  const after = selector.slice(at + 1);
  const each = selector[at].selectors.map((one) => joined(before, one, after));
  return each.flatMap((one) => withoutLists(one) ?? [one]);
}

// An element's name stands first among what is said of one element.
function joined(before, one, after) {
  const named = one[0].type === "type" && one.length === 1;
  const start = before.findLastIndex((part) => part.type === "combinator") + 1;
  return named ? [...before.slice(0, start), ...one, ...before.slice(start), ...after] : [...before, ...one, ...after];
}

// The last two work on a rule's text without its closing bracket: the tool takes no rule inside a condition from outside.

// Where `:focus-visible` is not known, `:focus` says the same, in the same place of the cascade. `inset` came one version
// after it and stands for it: old browsers cannot be asked for selectors.
function focused(rule) {
  if (!rule.includes(":focus-visible")) return rule;
  if (rule.includes("@")) throw new Error(`a focus inside a condition: ${rule}`);
  return `${rule}}@supports not (inset:0){${rule.replaceAll(":focus-visible", ":focus")}}`;
}

// The mixed colour is an ornament upon a colour of its own: who cannot mix gets the plain one.
const MIXED = /^([^{}]+)\{([^{}]*?)background:(var\([^()]*\))([^;{}]*color-mix\([^;{}]*)(;[^{}]*)?$/;

function withoutMixing(rule) {
  if (!rule.includes("color-mix(")) return rule;
  const found = MIXED.exec(rule);
  if (!found) throw new Error(`a mixed colour that is no background upon a variable: ${rule}`);
  const [, who, before, plain, mixed, after = ""] = found;
  return `${who}{${before}background:${plain}${after}}` +
    `@supports (color:color-mix(in srgb,red,blue)){${who}{background:${plain}${mixed}}`;
}

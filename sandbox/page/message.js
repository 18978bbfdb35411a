// Renders a message with its inline buttons.

import { api } from "/api.js";
import { el, time } from "/dom.js";
import { formatted } from "/format.js";

const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

// What a picture shows, in words: its caption, and what the buttons under it offer.
const described = (body) => {
  const labels = (body.reply_markup?.inline_keyboard ?? []).flat().map((given) => given.text);
  return ["图片 Picture", body.caption, labels.length ? `按钮 Buttons: ${labels.join("、")}` : ""].filter(Boolean).join("。").slice(0, 600);
};

const picture = (body, actions) => {
  const full = body.photo[body.photo.length - 1];
  const image = el("img", {
    src: api.fileUrl(full.file_id), width: full.width, height: full.height, alt: described(body), loading: "lazy",
  });
  const button = el("button", { type: "button", class: "photo", "aria-label": "放大图片 Open picture" }, image);
  button.addEventListener("click", () => actions.view(image.src, image.alt));
  return button;
};

const attachment = (body) =>
  el("a", { class: "file", href: api.fileUrl(body.document.file_id), download: body.document.file_name },
    el("span", { class: "file-icon", "aria-hidden": "true" }, "⬇"),
    el("span", {}, el("strong", {}, body.document.file_name), el("small", {}, size(body.document.file_size))));

const place = (body) => {
  const point = body.venue?.location ?? body.location;
  const words = body.venue
    ? [el("strong", {}, body.venue.title), el("small", {}, body.venue.address)]
    : [el("strong", {}, "位置 Location")];
  return el("div", { class: "place" }, el("span", { class: "pin", "aria-hidden": "true" }),
    el("span", {}, ...words, el("small", {}, `${point.latitude.toFixed(4)}, ${point.longitude.toFixed(4)}`)));
};

const contact = ({ contact: card }) =>
  el("div", { class: "place" }, el("span", { class: "avatar small", "aria-hidden": "true" }, (card.last_name ?? card.first_name)[0]),
    el("span", {}, el("strong", {}, `${card.last_name ?? ""}${card.first_name}`), el("small", {}, card.phone_number)));

const content = (body, actions) => {
  const parts = [];
  if (body.photo) parts.push(picture(body, actions));
  else if (body.document) parts.push(attachment(body));
  else if (body.venue || body.location) parts.push(place(body));
  else if (body.contact) parts.push(contact(body));
  const words = body.text ?? body.caption;
  if (words) {
    const shown = formatted(words, body.entities ?? body.caption_entities, actions);
    const paragraph = el("div", { class: "words" }, ...shown);
    if (body.show_caption_above_media) parts.unshift(paragraph);
    else parts.push(paragraph);
  }
  return parts;
};

const button = (body, given, actions) => {
  const kind = given.url ? "url" : given.copy_text ? "copy" : "press";
  const made = el("button", { type: "button", class: `inline ${kind} ${given.style ?? ""}` }, given.text);
  if (given.callback_data !== undefined) made.dataset.data = given.callback_data;
  made.addEventListener("click", () => {
    if (kind === "url") window.open(given.url, "_blank", "noopener");
    else if (kind === "copy") actions.copy(given.copy_text.text);
    else actions.press(body.message_id, given.callback_data);
  });
  return made;
};

export const keyboard = (body, actions) => {
  const rows = body.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  return el("div", { class: "inline-keyboard", role: "group", "aria-label": "按钮 Buttons" },
    ...rows.map((row) => el("div", { class: "row" }, ...row.map((given) => button(body, given, actions)))));
};

const quoted = ({ reply_to_message: answered }) =>
  answered && el("div", { class: "quoted" }, (answered.text ?? answered.caption ?? "[图片 Picture]").slice(0, 80));

export const message = (body, actions) => {
  const mine = !body.from.is_bot;
  const media = Boolean(body.photo);
  const bubble = el("div", { class: `bubble${media ? " media" : ""}` }, quoted(body), ...content(body, actions),
    el("span", { class: "meta" }, body.edit_date ? "已编辑 " : "", el("time", {}, time.short(body.date)), mine ? " ✓✓" : ""));
  return el("li", { class: `message ${mine ? "mine" : "theirs"}`, id: `m${body.message_id}` }, bubble, mine ? null : keyboard(body, actions));
};

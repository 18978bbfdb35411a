// The side panels: people, hints, telephone, clock.

import { $, copy, el, time } from "/dom.js";

export const people = (list, current, choose) => {
  $("#people").replaceChildren(...list.map((person, index) => {
    const chosen = person.id === current;
    const role = person.role === "admin" ? el("span", { class: "tag" }, "管理员 admin") : null;
    const badge = person.unread && !chosen ? el("span", { class: "badge", "aria-label": `${person.unread} 条未读` }, `${person.unread}`) : null;
    return el("li", {}, el("button", { type: "button", class: "person", "aria-current": chosen ? "true" : null, "aria-label": `${person.name}${badge ? `,${person.unread} 条未读` : ""}`, onclick: () => choose(person.id) },
      el("span", { class: `avatar tint${index % 4}`, "aria-hidden": "true" }, person.name[0]),
      el("span", { class: "label" }, el("strong", {}, person.name, role), el("small", {}, person.blocked ? "已停用机器人" : person.last || person.phone)), badge));
  }));
};

// A hint: lines, the first in Chinese, the others smaller; `words to type` are copied by a tap.
const hint = (text, copyWords) => {
  const lines = text.split("\n").map((line, number) => el(number ? "small" : "span", {}, ...line.split("`").map((part, at) =>
    at % 2 ? el("code", { title: "点按复制 Tap to copy", onclick: () => copyWords(part) }, part) : part)));
  return el("li", {}, ...lines);
};

export const hints = (list, copyWords) => {
  for (const section of document.querySelectorAll(".hints")) {
    section.hidden = !list.length;
    section.querySelector("ol").replaceChildren(...list.map((text) => hint(text, copyWords)));
  }
};

const PURPOSES = { preselection: "预选号牌", registration: "注册", rehearsal: "模拟选号", reminder: "到期提醒" };

const short = (sms, insert) => {
  const words = PURPOSES[sms.purpose] ?? sms.purpose;
  if (sms.text) {
    return el("li", {},
      el("span", {}, el("small", { class: "to" }, ""), sms.text, el("small", {}, words), el("small", {}, time.short(sms.at))));
  }
  return el("li", {},
    el("button", { type: "button", class: "code", "aria-label": `填入验证码 ${sms.code}`, onclick: () => insert(sms.code) }, sms.code),
    el("span", {}, el("small", { class: "to" }, ""), el("small", {}, words), el("small", {}, time.short(sms.at))),
    el("button", { type: "button", class: "plain", "aria-label": `复制 ${sms.code}`, onclick: () => copy(sms.code) }, "复制"));
};

export const phone = (number, own, stray, insert) => {
  $("#phone-number").textContent = number;
  const listed = [...own].reverse().slice(0, 6).map((sms) => short(sms, insert));
  if (!listed.length) listed.push(el("li", { class: "empty" }, "还没有短信 No messages"));
  if (stray.length) {
    listed.push(el("li", { class: "other" }, "其他号码 Other numbers"));
    for (const sms of [...stray].reverse().slice(0, 4)) {
      const row = short(sms, insert);
      row.querySelector(".to").textContent = sms.phone.replace(/^\+86/, "");
      listed.push(row);
    }
  }
  $("#sms").replaceChildren(...listed);
};

export const leapFrom = (seconds) => {
  $("#leap-at").value = time.local(seconds);
};

export const clock = (seconds) => {
  $("#clock").replaceChildren(el("strong", {}, time.exact(seconds)), el("span", {}, time.date(seconds)));
  $("#head-clock").textContent = time.short(seconds);
};

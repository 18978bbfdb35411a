// The page: one person's conversation with the bot, kept up to date by the event stream.

import { api, listen } from "/api.js";
import { $, copy, el, time } from "/dom.js";
import { message } from "/message.js";
import * as panels from "/panels.js";
import { samples } from "/samples.js";

const GIVE_UP = 15000; // milliseconds after which a press without an answer stops turning
const BUSY_FOR = 5000; // milliseconds for which a chat action is shown
const state = {
  people: [], person: 0, bot: {}, chat: { messages: [], sms: [], commands: [] }, stray: [], ahead: 0, source: null,
  pending: new Map(), unseenSms: 0, keysOpen: true, follow: true,
};

const list = $("#messages");
const scroller = $("#scroll");
const input = $("#input");
const me = () => state.people.find((person) => person.id === state.person);
const now = () => Date.now() / 1000 + state.ahead;

// --- actions ---------------------------------------------------------------------------------

const toast = (text) => {
  const shown = el("div", { class: "toast" }, text);
  $("#toasts").append(shown);
  setTimeout(() => shown.remove(), 3500 + text.length * 40);
};

const attempt = async (doing) => {
  try {
    return await doing();
  } catch (failure) {
    toast(failure.message === "the bot is blocked" ? "已停用机器人" : `没有成功：${failure.message}`);
    return null;
  }
};

const pendingKey = (id, data) => `${id} ${data}`;

const turning = (id, data, on) => {
  const found = [...document.querySelectorAll(`#m${id} button.press`)].filter((button) => button.dataset.data === data);
  for (const button of found) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
};

const actions = {
  say: (text) => attempt(() => api.say(state.person, text)),
  toast,
  copy: async (text) => toast((await copy(text)) ? "已复制 Copied" : text),
  view: (source, words) => {
    Object.assign($("#viewer img"), { src: source, alt: words });
    $("#viewer").showModal();
  },
  press: async (id, data) => {
    const key = pendingKey(id, data);
    if (state.pending.has(key)) return;
    const timer = setTimeout(() => settle(key, id, data), GIVE_UP);
    state.pending.set(key, timer);
    turning(id, data, true);
    if (!(await attempt(() => api.press(state.person, id, data)))) settle(key, id, data);
  },
};

const settle = (key, id, data) => {
  clearTimeout(state.pending.get(key));
  state.pending.delete(key);
  turning(id, data, false);
};

const settleMessage = (id) => {
  for (const key of [...state.pending.keys()]) {
    const [number, ...data] = key.split(" ");
    if (Number(number) === id) settle(key, id, data.join(" "));
  }
};

// --- rendering -------------------------------------------------------------------------------

const nearEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
const toEnd = () => {
  state.follow = true;
  scroller.scrollTop = scroller.scrollHeight;
  $("#to-end").hidden = true;
};
const keepEnd = () => { if (state.follow) toEnd(); };

const divider = (body, before) => {
  const day = time.day(body.date);
  return before && time.day(before.date) === day ? null : el("li", { class: "day", id: `d${body.message_id}` }, el("span", {}, day));
};

const drawMessages = () => {
  const parts = [];
  state.chat.messages.forEach((body, index) => {
    parts.push(divider(body, state.chat.messages[index - 1]), message(body, actions));
  });
  if (!parts.length) {
    const start = el("button", { type: "button", class: "start", onclick: () => actions.say("/start") }, "开始 Start");
    parts.push(el("li", { class: "empty-chat" }, el("span", { class: "avatar bot big", "aria-hidden": "true" }, "选"),
      el("strong", {}, state.bot.name), el("p", {}, state.bot.about ?? ""), start));
  }
  list.replaceChildren(...parts.filter(Boolean));
};

const drawPeople = () => panels.people(state.people, state.person, choose);
const drawPhone = () => panels.phone(me()?.phone ?? "", state.chat.sms, state.stray, (code) => {
  input.value = code;
  grow();
  closeTools();
  input.focus();
});

const drawKeys = () => {
  const rows = state.chat.keyboard?.keyboard ?? [];
  $("#toggle-keys").hidden = !rows.length;
  $("#keys").hidden = !rows.length || !state.keysOpen || state.chat.blocked;
  input.placeholder = state.chat.keyboard?.input_field_placeholder ?? "输入消息…";
  $("#keys").replaceChildren(...rows.map((row, y) => el("div", { class: "row" }, ...row.map((key, x) =>
    el("button", { type: "button", class: `key ${key.style ?? ""}`, onclick: () => attempt(() => api.key(state.person, y, x)) }, key.text ?? key)))));
};

const drawBlocked = () => {
  const blocked = Boolean(state.chat.blocked);
  $("#blocked").hidden = !blocked;
  $("#composer").hidden = blocked;
  $("#block").checked = blocked;
  drawKeys();
};

const drawStatus = (action = "") => {
  clearTimeout(state.busy);
  if (action) state.busy = setTimeout(() => drawStatus(), BUSY_FOR);
  $("#bot-name").textContent = state.bot.name ?? "";
  const doing = { typing: "正在输入…", upload_photo: "正在发送图片…", upload_document: "正在发送文件…" };
  $("#status").textContent = action ? doing[action] ?? "正在处理…" : `@${state.bot.username ?? ""}`;
};

const drawBadge = () => {
  $("#sms-badge").hidden = !state.unseenSms;
  $("#sms-badge").textContent = state.unseenSms;
};

// --- events ----------------------------------------------------------------------------------

const place = (body) => state.chat.messages.findIndex((one) => one.message_id === body.message_id);

const read = () => {
  if (document.visibilityState === "visible" && me()?.unread) attempt(() => api.read(state.person));
};

const arrived = ({ message: body, keyboard }) => {
  if (place(body) >= 0) return;
  if (!body.from.is_bot) state.follow = true;
  const before = state.chat.messages.at(-1);
  state.chat.messages.push(body);
  if (!before) list.replaceChildren();
  const line = divider(body, before);
  if (line) list.append(line);
  list.append(message(body, actions));
  if (JSON.stringify(state.chat.keyboard) !== JSON.stringify(keyboard)) {
    state.chat.keyboard = keyboard;
    state.keysOpen = true;
    drawKeys();
  }
  if (body.from.is_bot) drawStatus();
  if (state.follow) toEnd();
  else $("#to-end").hidden = false;
  read();
};

const changed = ({ message: body }) => {
  const at = place(body);
  if (at < 0) return;
  state.chat.messages[at] = body;
  const focused = document.activeElement?.dataset?.data;
  $(`#m${body.message_id}`)?.replaceWith(message(body, actions));
  for (const key of state.pending.keys()) {
    const [id, ...data] = key.split(" ");
    if (Number(id) === body.message_id) turning(body.message_id, data.join(" "), true);
  }
  if (focused) document.querySelector(`#m${body.message_id} [data-data="${CSS.escape(focused)}"]`)?.focus();
  keepEnd();
};

const gone = ({ message_id: id }) => {
  state.chat.messages = state.chat.messages.filter((one) => one.message_id !== id);
  $(`#m${id}`)?.remove();
  $(`#d${id}`)?.remove();
};

const answered = ({ message_id: id, text, alert }) => {
  settleMessage(id);
  if (!text) return;
  if (!alert) {
    toast(text);
    return;
  }
  $("#alert p").textContent = text;
  if (!$("#alert").open) $("#alert").showModal();
};

const shortMessage = (event) => {
  if (event.chat_id === 0) state.stray.push(event.data.sms);
  else if (event.chat_id === state.person) state.chat.sms.push(event.data.sms);
  else return;
  if (!document.body.classList.contains("tools-open")) state.unseenSms += 1;
  drawPhone();
  drawBadge();
};

const here = { message: arrived, edit: changed, delete: gone, answer: answered };

const happened = (event) => {
  const { kind, chat_id: chat, data } = event;
  const person = state.people.find((one) => one.id === chat);
  if (person && data.unread !== undefined) person.unread = data.unread;
  if (person && kind === "message") person.last = data.message.text ?? data.message.caption ?? "[图片 Picture]";
  if (chat === state.person && here[kind]) here[kind](data);
  if (kind === "action" && chat === state.person) drawStatus(data.action);
  if (kind === "sms") shortMessage(event);
  if (kind === "clock") state.ahead = data.now - Date.now() / 1000;
  if (kind === "gateway") $("#gateway").checked = data.down;
  if (kind === "commands") reloadCommands();
  if (kind === "block" && person) {
    person.blocked = data.blocked;
    if (chat === state.person) {
      state.chat.blocked = data.blocked;
      drawBlocked();
    }
  }
  drawPeople();
};

const reloadCommands = async () => {
  const id = state.person;
  const { commands } = await api.chat(id);
  if (state.person === id) state.chat.commands = commands;
};

// --- choice of the person --------------------------------------------------------------------

const choose = async (id) => {
  state.person = id;
  location.hash = id;
  state.unseenSms = 0;
  drawPeople();
  const chat = await api.chat(id);
  if (state.person !== id) return; // somebody else was chosen meanwhile
  state.chat = chat;
  drawMessages();
  drawBlocked();
  drawPhone();
  drawStatus();
  drawBadge();
  toEnd();
  read();
};

const load = async () => {
  const given = await api.state();
  Object.assign(state, { people: given.people, bot: given.bot, stray: given.stray_sms });
  state.ahead = given.now - Date.now() / 1000;
  document.title = `${given.bot.name} · 沙盒`;
  $("#gateway").checked = given.gateway_down;
  panels.hints(given.hints, actions.copy);
  panels.clock(now());
  panels.leapFrom(now());
  const wanted = Number(location.hash.slice(1)) || state.person;
  await choose(state.people.some((person) => person.id === wanted) ? wanted : state.people[0]?.id);
  state.source?.close();
  state.source = listen(given.seq, { event: happened, reload: start, connected: (on) => {
    $("#connection").textContent = on ? "" : "连接中断，正在重连… Reconnecting…";
    document.body.classList.toggle("offline", !on);
  } });
};

const start = async () => {
  try {
    await load();
  } catch {
    document.body.classList.add("offline");
    setTimeout(start, 2000);
  }
};

// --- the composer ----------------------------------------------------------------------------

const grow = () => {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
};

const closeMenus = () => {
  $("#command-menu").hidden = true;
  $("#attach-menu").hidden = true;
};

const showCommands = (prefix) => {
  const fitting = state.chat.commands.filter((one) => `/${one.command}`.startsWith(prefix));
  $("#command-menu").hidden = !fitting.length;
  $("#command-menu").replaceChildren(...fitting.map((one) => el("button", {
    type: "button", role: "menuitem", onclick: () => {
      closeMenus();
      input.value = "";
      actions.say(`/${one.command}`);
    },
  }, el("strong", {}, `/${one.command}`), el("small", {}, one.description))));
};

const send = async () => {
  const text = input.value;
  if (!text.trim()) return;
  input.value = "";
  grow();
  closeMenus();
  await actions.say(text);
};

const upload = async (file, as) => {
  if (file) await attempt(() => api.upload(state.person, file, as));
};

const pick = (as) => {
  const chooser = el("input", { type: "file", accept: as === "photo" ? "image/*" : "" });
  chooser.addEventListener("change", () => upload(chooser.files[0], as));
  chooser.click();
};

const closeTools = () => {
  document.body.classList.remove("tools-open");
  $("#open-tools").setAttribute("aria-expanded", "false");
};

const wire = () => {
  $("#composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    if (event.key === "Escape") closeMenus();
  });
  input.addEventListener("input", () => {
    grow();
    if (/^\/\w*$/.test(input.value)) showCommands(input.value);
    else $("#command-menu").hidden = true;
  });
  input.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (file) { event.preventDefault(); upload(file, "photo"); }
  });
  $("#open-commands").addEventListener("click", (event) => {
    event.stopPropagation();
    if ($("#command-menu").hidden) showCommands("/");
    else closeMenus();
    if (!state.chat.commands.length) toast("机器人还没有命令 No commands yet");
  });
  $("#open-attach").addEventListener("click", (event) => { event.stopPropagation(); $("#attach-menu").hidden = !$("#attach-menu").hidden; });
  for (const button of document.querySelectorAll("[data-attach]")) {
    button.addEventListener("click", async () => {
      closeMenus();
      const what = button.dataset.attach;
      if (what in samples) upload(await samples[what](me().name), "photo");
      else pick(what);
    });
  }
  document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) closeMenus(); });
  $("#toggle-keys").addEventListener("click", () => { state.keysOpen = !state.keysOpen; drawKeys(); });
  $("#to-end").addEventListener("click", () => toEnd());
  let top = 0;
  let height = 0;
  scroller.addEventListener("scroll", () => {
    if (nearEnd()) {
      state.follow = true;
      $("#to-end").hidden = true;
    } else if (scroller.scrollTop < top - 2 && scroller.scrollHeight === height) {
      state.follow = false; // by hand: a list that has become shorter moves the view as well
    }
    top = scroller.scrollTop;
    height = scroller.scrollHeight;
  });
  const sizes = new ResizeObserver(keepEnd);
  sizes.observe(scroller);
  sizes.observe(list);
  $("#viewer").addEventListener("click", () => $("#viewer").close());
  $("#unblock").addEventListener("click", () => attempt(() => api.block(state.person, false)));
  $("#block").addEventListener("change", (event) => attempt(() => api.block(state.person, event.target.checked)));
  $("#gateway").addEventListener("change", (event) => attempt(() => api.gateway(event.target.checked)));
  for (const button of document.querySelectorAll("[data-seconds]")) {
    button.addEventListener("click", () => attempt(() => api.clock({ seconds: Number(button.dataset.seconds) })));
  }
  $("[data-next]").addEventListener("click", (event) => attempt(() => api.clock({ next: event.currentTarget.dataset.next })));
  $("#leap-to").addEventListener("submit", (event) => { event.preventDefault(); attempt(() => api.clock({ to: $("#leap-at").value })); });
  $("#open-tools").addEventListener("click", () => {
    const open = document.body.classList.toggle("tools-open");
    $("#open-tools").setAttribute("aria-expanded", String(open));
    if (open) { state.unseenSms = 0; drawBadge(); }
  });
  $("#close-tools").addEventListener("click", closeTools);
  document.addEventListener("visibilitychange", read);
  // A page that the browser keeps for «back» must not keep its connection: a browser has six per host.
  window.addEventListener("pagehide", () => state.source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
  window.addEventListener("hashchange", () => {
    const wanted = Number(location.hash.slice(1));
    if (wanted && wanted !== state.person) choose(wanted);
  });
  setInterval(() => panels.clock(now()), 1000);
};

wire();
start();

// Sample documents for photo uploads: sharp, clearly marked as samples, all data invented.

const draw = (width, height, paint) =>
  new Promise((resolve) => {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext("2d");
    paint(pen);
    pen.save();
    pen.translate(width / 2, height / 2);
    pen.rotate(-0.35);
    pen.font = `700 ${Math.round(height / 7)}px "Noto Sans CJK SC", sans-serif`;
    pen.textAlign = "center";
    pen.fillStyle = "rgb(200 30 30 / .28)";
    pen.fillText("样张 · 虚构", 0, 0);
    pen.restore();
    canvas.toBlob((blob) => resolve(new File([blob], "sample.png", { type: "image/png" })), "image/png");
  });

const lines = (pen, x, y, step, rows) => rows.forEach((row, index) => pen.fillText(row, x, y + index * step));

const identity = (name) =>
  draw(1000, 640, (pen) => {
    pen.fillStyle = "#dfe9f5";
    pen.fillRect(0, 0, 1000, 640);
    pen.strokeStyle = "#8aa4c8";
    for (let y = 0; y < 640; y += 14) pen.strokeRect(-5, y, 1010, 7);
    pen.fillStyle = "#b6c3d6";
    pen.fillRect(690, 110, 240, 320);
    pen.fillStyle = "#6c7c94";
    pen.beginPath();
    pen.arc(810, 230, 70, 0, 7);
    pen.fill();
    pen.fillRect(710, 320, 200, 110);
    pen.fillStyle = "#14233c";
    pen.font = '34px "Noto Sans CJK SC", sans-serif';
    lines(pen, 60, 120, 74, [`姓名  ${name}`, "性别  —    民族  —", "出生  ————年——月——日", "住址  虚构省虚构市虚构路 1 号"]);
    pen.font = '40px "Noto Sans Mono CJK SC", monospace';
    pen.fillText("公民身份号码  ******************", 60, 560);
  });

const invoice = (name) =>
  draw(1100, 760, (pen) => {
    pen.fillStyle = "#fdfbf4";
    pen.fillRect(0, 0, 1100, 760);
    pen.strokeStyle = "#9c5a3c";
    pen.fillStyle = "#9c5a3c";
    pen.font = '700 44px "Noto Sans CJK SC", sans-serif';
    pen.fillText("机动车销售统一发票", 340, 90);
    pen.lineWidth = 2;
    for (let row = 0; row < 9; row += 1) pen.strokeRect(60, 140 + row * 62, 980, 62);
    pen.strokeRect(300, 140, 1, 558);
    pen.font = '28px "Noto Sans CJK SC", sans-serif';
    lines(pen, 80, 182, 62, ["购买方名称", "车辆类型", "厂牌型号", "合格证号", "车辆识别代号", "价税合计", "销货单位", "开票日期", "备注"]);
    pen.fillStyle = "#22304a";
    lines(pen, 330, 182, 62, [name, "小型轿车", "虚构牌 XH-2026", "TEST0 0000000001", "LSVTESTX3RM000001", "¥ 100,000.00", "虚构汽车销售有限公司", "二〇二六年十二月一日", "仅供演示"]);
  });

// The characters of one VIN in Code 39: nine bars and gaps each; w marks a wide one.
const bars = {
  "*": "nwnnwnwnn", 0: "nnnwwnwnn", 1: "wnnwnnnnw", 3: "wnwwnnnnn", E: "wnnnwwnnn", L: "nnwnnnnww", M: "wnwnnnnwn",
  R: "wnnnnnwwn", S: "nnwnnnwwn", T: "nnnnwnwwn", V: "nwwnnnnnw", X: "nwnnwnnnw",
};

const windscreen = () =>
  draw(1100, 640, (pen) => {
    pen.fillStyle = "#54606c";
    pen.fillRect(0, 0, 1100, 640);
    pen.fillStyle = "#fbfbf8";
    pen.fillRect(40, 170, 1020, 300);
    pen.fillStyle = "#111";
    const vin = "LSVTESTX3RM000001";
    let x = 90;
    for (const char of `*${vin}*`) {
      [...bars[char]].forEach((kind, index) => {
        const wide = kind === "w" ? 7 : 3;
        if (index % 2 === 0) pen.fillRect(x, 210, wide, 150);
        x += wide;
      });
      x += 3;
    }
    pen.font = '44px "Noto Sans Mono CJK SC", monospace';
    pen.fillText(vin, 320, 430);
  });

export const samples = { identity, invoice, windscreen };

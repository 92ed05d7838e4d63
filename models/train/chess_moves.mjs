// Writes move text of random legal games (chess.js), a PGN-like game per block.
//   node chess_moves.mjs GAMES > games.pgn
import { Chess } from "chess.js";

const value = { p: 1, n: 3, b: 3, r: 5, q: 9 };
const lines = [
  ["e4 e5 Nf3 Nc6 Bb5 a6 Ba4 Nf6 O-O"],
  ["e4 e5 Nf3 Nc6 Bc4 Bc5 c3 Nf6 d3"],
  ["e4 c5 Nf3 d6 d4 cxd4 Nxd4 Nf6 Nc3 a6"],
  ["e4 c5 Nf3 Nc6 d4 cxd4 Nxd4 g6"],
  ["e4 e6 d4 d5 Nc3 Bb4 e5 c5"],
  ["e4 c6 d4 d5 Nc3 dxe4 Nxe4 Bf5"],
  ["d4 d5 c4 e6 Nc3 Nf6 Bg5 Be7"],
  ["d4 d5 c4 c6 Nf3 Nf6 Nc3 dxc4"],
  ["d4 Nf6 c4 g6 Nc3 Bg7 e4 d6 Nf3 O-O"],
  ["d4 Nf6 c4 e6 Nc3 Bb4 e3 O-O"],
  ["c4 e5 Nc3 Nf6 g3 d5"],
  ["Nf3 d5 g3 Nf6 Bg2 e6 O-O"],
  ["e4 d5 exd5 Qxd5 Nc3 Qa5"],
  ["e4 e5 Nf3 Nf6 Nxe5 d6 Nf3 Nxe4"],
];
const games = Number(process.argv[2] ?? 100);
const pick = (a) => a[Math.floor(Math.random() * a.length)];
for (let g = 0; g < games; g++) {
  const c = new Chess();
  const book = pick(lines)[0].split(" ");
  for (const m of book.slice(0, 2 + Math.floor(Math.random() * book.length))) c.move(m);
  const n = 20 + Math.floor(Math.random() * 70);
  for (let i = 0; i < n && !c.isGameOver(); i++) {
    let best,
      score = -1e9;
    for (const m of c.moves({ verbose: true })) {
      const s =
        Math.random() * 3 +
        (m.captured ? value[m.captured] - (value[m.piece] ?? 4) * 0.4 : 0) +
        (m.san.includes("O-O") ? 2 : 0) +
        (m.san.includes("#") ? 50 : 0) +
        (/^[de45]|^[cdef][45]$/.test(m.to) ? 0.5 : 0) +
        (m.piece === "k" && !m.san.includes("O") ? -1.5 : 0);
      if (s > score) {
        score = s;
        best = m;
      }
    }
    c.move(best);
  }
  const r = c.isCheckmate()
    ? c.turn() === "w"
      ? "0-1"
      : "1-0"
    : c.isDraw()
      ? "1/2-1/2"
      : pick(["1-0", "0-1", "1/2-1/2", "*"]);
  const h = c.history();
  let t = "";
  for (let i = 0; i < h.length; i += 2) t += `${i / 2 + 1}. ${h[i]}${h[i + 1] ? ` ${h[i + 1]}` : ""} `;
  const wrap = Math.random() < 0.3 ? (t + r).replace(/(.{1,78})( |$)/g, "$1\n") : `${t + r}\n`;
  const head =
    Math.random() < 0.25
      ? `[Event "Club game"]\n[Site "?"]\n[Date "20${10 + (g % 15)}.0${1 + (g % 9)}.1${g % 10}"]\n[Round "${1 + (g % 9)}"]\n[White "White"]\n[Black "Black"]\n[Result "${r}"]\n\n`
      : "";
  console.log(JSON.stringify(head + wrap));
}

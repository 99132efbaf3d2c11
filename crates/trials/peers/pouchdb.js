// PouchDB 9 with express-pouchdb, both on leveldb.
//
//   node pouchdb.js serve DIR PORT
//   node pouchdb.js desks DIR URL RECORDS    stages as peers.rs asks for them on standard input
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const PouchDB = require('pouchdb');

// The default of 100 takes twice as long.
const LIVE = { batch_size: 1000 };

function serve(dir, port) {
  const express = require('express');
  const door = require('express-pouchdb');
  fs.mkdirSync(dir, { recursive: true });
  process.chdir(dir);
  const app = express();
  const Kept = PouchDB.defaults({ prefix: dir + path.sep });
  app.use('/', door(Kept, { mode: 'minimumForPouchDB', logPath: path.join(dir, 'log.txt') }));
  app.listen(Number(port), '127.0.0.1');
}

async function desks(dir, url, file) {
  const records = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const remote = new PouchDB(`${url}/office`);
  const a = new PouchDB(path.join(dir, 'a'));
  let b;
  const all = async (wanted, answer) => {
    const done = await answer;
    const count = done.docs_written;
    if (count !== wanted) throw new Error(`${count} instead of ${wanted}`);
  };
  const stages = {
    save: async (from, count) => {
      for (let at = from; at < from + count; at += 1000) {
        const part = records.slice(at, Math.min(at + 1000, from + count));
        await a.bulkDocs(part.map(({ id, kind, fields }) => ({ _id: id, kind, ...fields })));
      }
    },
    edit: async (ids) => {
      for (const id of ids) await a.put({ ...(await a.get(id)), health: '一般' });
    },
    push: (count) => all(count, a.replicate.to(remote, LIVE)),
    fresh: async () => {
      b = new PouchDB(path.join(dir, `b${Date.now()}`));
      await b.info();
    },
    pull: (count) => all(count, b.replicate.from(remote, LIVE)),
  };
  console.log('{}');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [stage, ...words] = JSON.parse(line);
    const begun = process.hrtime.bigint();
    await stages[stage](...words);
    console.log(JSON.stringify({ ms: Number(process.hrtime.bigint() - begun) / 1e6 }));
  }
  process.exit(0);
}

const [job, ...words] = process.argv.slice(2);
if (job === 'serve') serve(...words);
else desks(...words).catch((error) => { console.error(error); process.exit(1); });

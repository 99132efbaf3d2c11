"""Anki's own sync: the server of its wheel (`python -m anki.syncserver`) and two collections.

    python anki_desks.py DIR URL RECORDS    stages as peers.rs asks for them on standard input

A record is a note with a field for each of the record's; a note type for each kind.
"""

import json
import os
import sys
import time

from anki.collection import AddNoteRequest, Collection

folder, url, records_file = sys.argv[1:]
with open(records_file, encoding="utf-8") as lines:
    records = [json.loads(line) for line in lines]


def text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Desk:
    def __init__(self, name):
        self.col = Collection(os.path.join(folder, name + ".anki2"))
        self.auth = self.col.sync_login("office", "office", url)
        self.notes = {}

    def make_types(self):
        for kind in sorted({record["kind"] for record in records}):
            names = ["id"] + sorted(next(r for r in records if r["kind"] == kind)["fields"])
            made = self.col.models.new(kind)
            for name in names:
                self.col.models.add_field(made, self.col.models.new_field(name))
            card = self.col.models.new_template("card")
            card["qfmt"], card["afmt"] = "{{id}}", "{{%s}}" % names[-1]
            self.col.models.add_template(made, card)
            self.col.models.add(made)

    def full(self, upload):
        asked = self.col.sync_collection(self.auth, False)
        wanted = (asked.FULL_SYNC, asked.FULL_UPLOAD if upload else asked.FULL_DOWNLOAD)
        assert asked.required in wanted, asked
        usn = asked.server_media_usn
        self.col.close_for_full_sync()
        self.col.full_upload_or_download(auth=self.auth, server_usn=usn, upload=upload)
        self.col.reopen(after_full_sync=True)

    def sync(self):
        done = self.col.sync_collection(self.auth, False)
        assert done.required in (done.NO_CHANGES, done.NORMAL_SYNC), done
        # A round that brought something says so only by what is here now.
        return done


class Stages:
    def __init__(self):
        self.a = Desk("a")
        self.a.make_types()
        # Note types need a full sync once; before anything is measured.
        self.a.full(upload=True)
        self.b = None
        self.fresh_ones = 0

    def save(self, start, count):
        deck = self.a.col.decks.id("Default")
        wanted = []
        for record in records[start : start + count]:
            note = self.a.col.new_note(self.a.col.models.by_name(record["kind"]))
            note["id"] = record["id"]
            for name, value in record["fields"].items():
                note[name] = text(value)
            wanted.append(AddNoteRequest(note=note, deck_id=deck))
        self.a.col.add_notes(wanted)
        for record, request in zip(records[start : start + count], wanted):
            self.a.notes[record["id"]] = request.note.id

    def edit(self, ids):
        changed = []
        for record in ids:
            note = self.a.col.get_note(self.a.notes[record])
            note["health"] = "一般"
            changed.append(note)
        self.a.col.update_notes(changed)

    def push(self, _count):
        self.a.sync()

    def fresh(self):
        self.fresh_ones += 1
        self.b = Desk("b%d" % self.fresh_ones)

    def pull(self, count):
        if self.b.col.note_count() == 0:
            self.b.full(upload=False)
            assert self.b.col.note_count() == count
        else:
            before = self.b.col.mod
            self.b.sync()
            edited = self.b.col.db.scalar("select count() from notes where flds like '%一般%'")
            assert count == 0 or edited >= count, (edited, before)


stages = Stages()
print("{}", flush=True)
for line in sys.stdin:
    stage, *words = json.loads(line)
    begun = time.perf_counter()
    getattr(stages, stage)(*words)
    print(json.dumps({"ms": (time.perf_counter() - begun) * 1e3}), flush=True)

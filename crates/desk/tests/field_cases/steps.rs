//! What a case does, and what must come out. A step is one of
//!
//! ```text
//! {"import": FILE, "taken": 3, "refused": 0, "rows": 3, "error": RE, "marked": DIR, "region": CODE,
//!  "must": [finding...], "must_not": [finding...]}   rows: taken + refused; "error": null lets it be refused whole
//! {"add": KIND, "record": {...}|"from": FILE, "as": NAME, "saved": true, "refused": CODE, "zone": "other", "clock": ISO}
//! {"find": KIND, "where": {...}, "as": NAME}         later used as "$NAME"
//! {"move": "$NAME", "to": CODE, "on": DAY}
//! {"void": "$NAME", "reason": TEXT}
//! {"undo": FILE}                                     takes the import of that file back, through `serve`
//! {"mend": FILE, "cells": {"J6": "text"}, "to": FILE}  writes texts into the first sheet of an xlsx
//! {"list": KIND, "where": {...}, "count": n|{"min","max"}, "every": {...}, "unmasked": {...}, "own": {...}, "sum": PATH,
//!  "at_most": "600.00"}                              own: what no list shows, on the page of each
//! {"told": finding, "file": FILE}                    the last import of FILE has such a finding
//! {"reply": RE, "file": FILE}                        its reply or stderr says so
//! {"figures": "F1", "month": "2026-10", "region": CODE, "is": {PATH: VALUE}, "is_not": {PATH: VALUE}}
//! {"reminders": RE, "at_least": n, "at_most": n}     of the page 今日, through `serve`
//! {"said": RE}                                       the last `add` said so
//! {"any": [[step...], [step...]]}                    one of these; the best answer first
//! ```
//!
//! finding: see `matching::is_finding`; `where` and `every`: `matching::fits` at a path of `matching::reach`.

use serde_json::{Map, Value, json};
use tiexin_domain::Fen;

use crate::book::{Book, Outcome};
use crate::clock;
use crate::matching::{fits, is_finding, reach, says, short};
use crate::mend::mended;

type Verb = fn(&mut Book, &Value) -> Outcome;

const VERBS: [(&str, Verb); 14] = [
    ("import", Book::import),
    ("add", Book::add),
    ("find", Book::find),
    ("move", Book::relocate),
    ("void", Book::void),
    ("undo", Book::undo),
    ("mend", Book::mend),
    ("list", Book::list),
    ("told", Book::has_told),
    ("reply", Book::replied),
    ("figures", Book::figures),
    ("reminders", Book::reminders),
    ("said", Book::has_said),
    ("any", Book::any),
];

fn text<'a>(step: &'a Value, key: &str) -> &'a str {
    step[key].as_str().unwrap_or_else(|| panic!("{key} of {step}"))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn ensure(holds: bool, difference: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(difference()) }
}

impl Book {
    pub(crate) fn steps(&mut self, steps: &[Value]) -> Outcome {
        for step in steps {
            let verb = VERBS.iter().find(|(name, _)| step.get(name).is_some());
            let (_, verb) = verb.unwrap_or_else(|| panic!("no such step: {step}"));
            verb(self, step)?;
        }
        Ok(())
    }

    fn import(&mut self, step: &Value) -> Outcome {
        let of = text(step, "import");
        let path = self.path(of).to_string_lossy().into_owned();
        let mut words = vec!["import", &path];
        if let Some(region) = step["region"].as_str() {
            words.extend(["--region", region]);
        }
        let marked =
            step["marked"].as_str().map(|name| self.scratch.path().join(name).to_string_lossy().into_owned());
        if let Some(marked) = &marked {
            words.extend(["--marked", marked]);
        }
        let told = self.told(self.command(&words), "", false)?;
        let reply = told.reply["files"][0].clone();
        self.replies.insert(of.to_owned(), (reply.clone(), told.reply.to_string() + &told.errors));

        let error = reply["error"].as_str().unwrap_or_default();
        ensure(step.get("error").is_some() || !reply["kind"].is_null(), || {
            format!("{of} was refused whole: {error}")
        })?;
        if let Some(pattern) = step["error"].as_str() {
            ensure(says(pattern, error), || format!("{of}: the error does not say {pattern}: {error}"))?;
        }
        let count = |key: &str| reply[key].as_u64().unwrap_or_default();
        let counts = [
            ("taken", count("taken")),
            ("refused", count("refused")),
            ("rows", count("taken") + count("refused")),
        ];
        for (key, count) in counts {
            let wanted = step[key].as_u64().unwrap_or(count);
            ensure(count == wanted, || {
                format!("{of}: {key} {count}, not {wanted}: {}", short(&reply["findings"]))
            })?;
        }
        let found = |want: &Value| items(&reply["findings"]).find(|finding| is_finding(finding, want));
        for want in items(&step["must"]) {
            ensure(found(want).is_some(), || format!("{of}: no finding {want}"))?;
        }
        for want in items(&step["must_not"]) {
            let unwanted =
                || format!("{of}: a finding that must not be: {}", short(found(want).unwrap_or(want)));
            ensure(found(want).is_none(), unwanted)?;
        }
        Ok(())
    }

    fn add(&mut self, step: &Value) -> Outcome {
        let kind = text(step, "add");
        let given = match step["from"].as_str() {
            Some(file) => std::fs::read_to_string(self.path(file)).expect("a file of the case"),
            None => self.fill(&step["record"]).to_string(),
        };
        let mut command = self.command(&["add", kind]);
        if step["zone"] == "other" {
            command.env("TZ", clock::other_zone());
        }
        if let Some(at) = step["clock"].as_str() {
            let Some(shifted) = clock::at(&command, at, self.scratch.path()) else {
                eprintln!("no faketime and no C compiler: the clock was not set");
                self.said = None;
                return Ok(());
            };
            command = shifted;
        }
        let told = self.told(command, &given, false)?;
        self.said = Some(told.reply.to_string() + &told.errors);
        let codes: Vec<&Value> = items(&told.reply["refused"])
            .flat_map(|refused| {
                [&refused["code"]].into_iter().chain(items(&refused["problems"]).map(|p| &p["code"]))
            })
            .collect();
        if let Some(code) = step.get("refused") {
            ensure(codes.contains(&code), || format!("add {kind}: not refused with {code}: {}", told.reply))?;
        }
        let saved = items(&told.reply["saved"]).next().cloned();
        ensure(step["saved"] != true || saved.is_some(), || {
            format!("add {kind}: not saved: {}", told.reply)
        })?;
        if let Some(name) = step["as"].as_str() {
            let saved = saved.ok_or_else(|| format!("add {kind}: nothing saved"))?;
            self.names.insert(name.to_owned(), saved["id"].clone());
        }
        Ok(())
    }

    fn has_said(&mut self, step: &Value) -> Outcome {
        let pattern = text(step, "said");
        let Some(said) = &self.said else { return Ok(()) };
        ensure(says(pattern, said), || format!("add does not say {pattern}: {said}"))
    }

    fn find(&mut self, step: &Value) -> Outcome {
        let kind = text(step, "find");
        let found = self.matching(kind, &step["where"])?;
        ensure(found.len() == 1, || format!("{} {kind} with {}, not 1", found.len(), step["where"]))?;
        self.names.insert(text(step, "as").to_owned(), found[0]["id"].clone());
        Ok(())
    }

    fn named(&self, step: &Value, key: &str) -> String {
        self.fill(&step[key]).as_str().expect("an id").to_owned()
    }

    fn relocate(&mut self, step: &Value) -> Outcome {
        let id = self.named(step, "move");
        self.good(&["move", &id, "--to", text(step, "to"), "--on", text(step, "on")]).map(drop)
    }

    fn void(&mut self, step: &Value) -> Outcome {
        let id = self.named(step, "void");
        self.good(&["void", &id, "--reason", text(step, "reason")]).map(drop)
    }

    fn undo(&mut self, step: &Value) -> Outcome {
        let batches = self.call("import.batches", &json!({}))?;
        let of =
            |batch: &&Value| items(&batch["files"]).any(|f| *f == step["undo"]) && batch["undone"] != true;
        let batch = items(&batches).filter(of).last().map(|batch| batch["id"].clone());
        if let Some(batch) = &batch {
            self.call("import.undo", &json!({ "batch": batch }))?;
        }
        self.leave();
        ensure(batch.is_some(), || format!("there is no import of {} to take back", step["undo"]))
    }

    fn reminders(&mut self, step: &Value) -> Outcome {
        let region = self.region.clone();
        let today = self.call("today.get", &json!({ "region": region }));
        self.leave();
        let today = today?;
        let pattern = text(step, "reminders");
        let texts = items(&today["reminders"]).filter_map(|reminder| reminder["text"].as_str());
        let found = texts.filter(|text| says(pattern, text)).count() as u64;
        let wanted = step["at_least"].as_u64().unwrap_or(0)..=step["at_most"].as_u64().unwrap_or(u64::MAX);
        ensure(wanted.contains(&found), || format!("今日 reminds {found} times of {pattern}"))
    }

    fn mend(&mut self, step: &Value) -> Outcome {
        let book = std::fs::read(self.path(text(step, "mend"))).expect("a file of the case");
        let cells = step["cells"].as_object().cloned().unwrap_or_else(Map::new);
        std::fs::write(self.scratch.path().join(text(step, "to")), mended(&book, &cells))
            .expect("the scratch folder");
        Ok(())
    }

    fn list(&mut self, step: &Value) -> Outcome {
        let kind = text(step, "list");
        let found = self.matching(kind, &step["where"])?;
        if let Some(count) = step.get("count") {
            let least = count["min"].as_u64().or(count.as_u64()).unwrap_or(0);
            let most = count["max"].as_u64().or(count.as_u64()).unwrap_or(u64::MAX);
            if !(least..=most).contains(&(found.len() as u64)) {
                let paths: Vec<&String> = entries(&step["where"]).map(|(path, _)| path).collect();
                let of = |row: &Value| json!(paths.iter().map(|path| reach(row, path)).collect::<Vec<_>>());
                let there: Vec<Value> = self.rows(kind)?.iter().map(of).collect();
                let there = short(&json!(there));
                return Err(format!("{} {kind} {}, not {count}; there: {there}", found.len(), step["where"]));
            }
        }
        for row in &found {
            self.list_row(kind, row, step)?;
        }
        if let Some(path) = step["sum"].as_str() {
            let fen = |value: &Value| Fen::parse(value.as_str().expect("an amount")).expect("an amount").0;
            let total: i64 = found.iter().flat_map(|row| reach(row, path)).map(fen).sum();
            ensure(total <= fen(&step["at_most"]), || format!("{kind} {path} together {total} fen"))?;
        }
        Ok(())
    }

    fn list_row(&self, kind: &str, row: &Value, step: &Value) -> Outcome {
        let of = || format!("{kind} {}", row["title"]);
        for (path, want) in entries(&step["every"]) {
            let there = reach(row, path);
            ensure(fits(&there, want), || format!("{}: {path} is {}, not {want}", of(), json!(there)))?;
        }
        if step.get("own").is_some() {
            let page = self.good(&["show", row["id"].as_str().expect("an id")])?;
            for (path, want) in entries(&step["own"]) {
                let there = reach(&page, path);
                ensure(fits(&there, want), || format!("{}: {path} is {}, not {want}", of(), json!(there)))?;
            }
        }
        for (field, want) in entries(&step["unmasked"]) {
            // A record without the field has nothing to unmask.
            let shown = match reach(row, field).is_empty() {
                true => Value::Null,
                false => {
                    let id = row["id"].as_str().expect("an id");
                    self.good(&["show", id, "--unmask", field])?["fields"][field].clone()
                }
            };
            ensure(shown == *want, || format!("{}: {field} is {shown}, not {want}", of()))?;
        }
        Ok(())
    }

    fn has_told(&mut self, step: &Value) -> Outcome {
        let file = text(step, "file");
        let (reply, _) = self.replies.get(file).expect("an imported file");
        let told = items(&reply["findings"]).any(|finding| is_finding(finding, &step["told"]));
        ensure(told, || format!("{file}: no finding {}", step["told"]))
    }

    fn replied(&mut self, step: &Value) -> Outcome {
        let (file, pattern) = (text(step, "file"), text(step, "reply"));
        let (_, said) = self.replies.get(file).expect("an imported file");
        ensure(says(pattern, said), || format!("{file}: the reply does not say {pattern}"))
    }

    fn figures(&mut self, step: &Value) -> Outcome {
        let mut words = vec!["report", text(step, "figures"), "--month", text(step, "month")];
        if let Some(region) = step["region"].as_str() {
            words.extend(["--region", region]);
        }
        let told = self.good(&words)?;
        let path =
            |figure: &Value| items(&figure["path"]).filter_map(Value::as_str).collect::<Vec<_>>().join("/");
        let value = |wanted: &str| {
            items(&told["figures"])
                .find(|figure| path(figure) == wanted)
                .map_or(Value::Null, |f| f["value"].clone())
        };
        let at = words.join(" ");
        for (path, want) in entries(&step["is"]) {
            ensure(value(path) == *want, || format!("{at}: {path} is {}, not {want}", value(path)))?;
        }
        for (path, wrong) in entries(&step["is_not"]) {
            ensure(value(path) != *wrong, || format!("{at}: {path} is {wrong}"))?;
        }
        Ok(())
    }

    fn any(&mut self, step: &Value) -> Outcome {
        let mut first = None;
        for steps in items(&step["any"]) {
            match self.steps(steps.as_array().expect("steps")) {
                Ok(()) => return Ok(()),
                Err(difference) => first = first.or(Some(difference)),
            }
        }
        Err(first.unwrap_or_else(|| "none of no alternatives".into()))
    }
}

//! What a form wants kept, in order, and which version of its draft it knows. Nothing of the page is in here.

use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// What came of one change that was sent.
pub(super) enum Answer {
    /// Done; the version that is kept now, none after dropping.
    Kept(Option<i64>),
    /// Another window has kept a newer one.
    Newer,
    /// Nobody knows: locked, hindered, or the answer did not come.
    Lost,
}

#[derive(Default)]
pub(super) struct Line {
    /// What is to happen next: keys and what they hold from then on. A late keystroke never brings back a draft that
    /// was let go.
    queue: VecDeque<(String, Option<Value>)>,
    /// What was sent and is not answered.
    sent: Option<(String, Option<Value>)>,
    /// What was sent and never answered: the desk may have it all the same.
    doubtful: Option<(String, Value)>,
    known: HashMap<String, i64>,
}

impl Line {
    pub(super) fn put(&mut self, key: String, value: Option<Value>) {
        match self.queue.back_mut() {
            // Only the newest of one form's keystrokes counts.
            Some((newest, held)) if *newest == key => *held = value,
            _ => self.queue.push_back((key, value)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.sent.is_none()
    }

    /// The version of a draft as the desk has told it.
    pub(super) fn learn(&mut self, key: &str, version: Option<i64>) {
        match version {
            Some(version) => drop(self.known.insert(key.to_owned(), version)),
            None => drop(self.known.remove(key)),
        }
    }

    /// What is to be sent now, and the version that it replaces. What this form never saw is not dropped by it.
    pub(super) fn next(&mut self) -> Option<(String, Option<Value>, Option<i64>)> {
        loop {
            let (key, value) = self.queue.pop_front()?;
            let over = self.version(&key);
            let doubted = self.doubtful.as_ref().is_some_and(|(doubted, _)| *doubted == key);
            if value.is_some() || over.is_some() || doubted {
                self.sent = Some((key.clone(), value.clone()));
                // A draft that may be there is dropped by its version only: 0 is nobody's.
                return Some((key, value, over.or(doubted.then_some(0))));
            }
        }
    }

    /// False: it waits, and nothing more is sent now.
    pub(super) fn answered(&mut self, answer: Answer) -> bool {
        let Some((key, value)) = self.sent.take() else { return true };
        match answer {
            Answer::Kept(version) => {
                self.doubtful = None;
                self.learn(&key, version);
                true
            }
            Answer::Newer | Answer::Lost => {
                if let Some(value) = &value {
                    self.doubtful = Some((key.clone(), value.clone()));
                }
                self.back(key, value);
                false
            }
        }
    }

    /// Unless something newer of the same form waits.
    fn back(&mut self, key: String, value: Option<Value>) {
        if self.queue.iter().all(|(other, _)| *other != key) {
            self.queue.push_front((key, value));
        }
    }

    pub(super) fn version(&self, key: &str) -> Option<i64> {
        self.known.get(key).copied()
    }

    /// Whether the desk holds a draft that this form has not seen, while nothing of the form is under way. `knew`: what
    /// the form knew when it asked; it may have kept a newer one itself before the answer came.
    pub(super) fn is_behind(&self, key: &str, version: Option<i64>, knew: Option<i64>) -> bool {
        self.is_empty() && version.is_some() && self.version(key) == knew && version != knew
    }

    /// The desk holds another version than the form knew. True: somebody else's, and what the form wanted kept is
    /// given up for it. False: its own, whose answer was lost; it goes on from there.
    pub(super) fn overtaken(&mut self, key: &str, held: Option<(&Value, i64)>) -> bool {
        let sent = self.sent.take();
        self.learn(key, held.map(|(_, version)| version));
        let own = |value: &Value| self.doubtful.as_ref().is_some_and(|(of, sent)| of == key && sent == value);
        if held.is_none_or(|(value, _)| own(value)) {
            self.doubtful = None;
            if let Some((key, value)) = sent {
                self.back(key, value);
            }
            return false;
        }
        self.doubtful = None;
        self.queue.retain(|(other, _)| other != key);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = "visit:new";

    fn put(line: &mut Line, text: &str) {
        line.put(KEY.into(), Some(json!(text)));
    }

    #[test]
    fn each_keystroke_replaces_what_the_form_knows() {
        let mut line = Line::default();
        put(&mut line, "一");
        assert_eq!(line.next(), Some((KEY.into(), Some(json!("一")), None)));
        put(&mut line, "一二");
        put(&mut line, "一二三");
        assert!(line.answered(Answer::Kept(Some(7))));
        assert_eq!(line.next(), Some((KEY.into(), Some(json!("一二三")), Some(7))));
        assert!(line.answered(Answer::Kept(Some(8))));
        line.put(KEY.into(), None);
        assert_eq!(line.next(), Some((KEY.into(), None, Some(8))));
        assert!(line.answered(Answer::Kept(None)) && line.is_empty());
        // What it never saw is not dropped by it.
        line.put(KEY.into(), None);
        assert_eq!(line.next(), None);
    }

    #[test]
    fn a_newer_draft_of_another_window_stands() {
        let mut line = Line::default();
        line.learn(KEY, Some(3));
        put(&mut line, "旧");
        line.next();
        put(&mut line, "旧的");
        assert!(line.overtaken(KEY, Some((&json!("新"), 9))));
        assert!(line.is_empty(), "what the form held is given up");
        assert!(!line.is_behind(KEY, Some(9), Some(9)) && line.is_behind(KEY, Some(10), Some(9)));
        put(&mut line, "新的");
        assert_eq!(line.next(), Some((KEY.into(), Some(json!("新的")), Some(9))));
    }

    #[test]
    fn an_answer_that_is_older_than_ones_own_change_is_no_newer_draft() {
        let mut line = Line::default();
        line.learn(KEY, Some(1));
        // The form asked what the desk holds, and kept this before the answer came.
        put(&mut line, "一");
        line.next();
        assert!(line.answered(Answer::Kept(Some(2))));
        assert!(!line.is_behind(KEY, Some(1), Some(1)));
        assert!(line.is_behind(KEY, Some(3), Some(2)));
    }

    #[test]
    fn ones_own_draft_whose_answer_was_lost_is_gone_on_with() {
        let mut line = Line::default();
        put(&mut line, "一");
        line.next();
        assert!(!line.answered(Answer::Lost));
        assert!(!line.is_behind(KEY, Some(5), None), "it is not known whose that is");
        put(&mut line, "一二");
        line.next();
        assert!(!line.overtaken(KEY, Some((&json!("一"), 5))));
        assert_eq!(line.next(), Some((KEY.into(), Some(json!("一二")), Some(5))));
    }

    #[test]
    fn what_was_dropped_elsewhere_is_kept_again_when_typed_on() {
        let mut line = Line::default();
        line.learn(KEY, Some(5));
        put(&mut line, "一");
        line.next();
        assert!(!line.overtaken(KEY, None));
        assert_eq!(line.next(), Some((KEY.into(), Some(json!("一")), None)));
    }
}

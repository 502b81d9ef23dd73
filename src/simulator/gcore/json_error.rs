//! Why a text is not JSON, in the words and positions of the parser that the vendor evidently uses.

/// How deep a text may nest before this gives up on it.
const DEEPEST: usize = 400;

/// What is wrong with `text` and where, such as `Expecting ',' delimiter: line 3 column 33 (char 77)`.
pub(super) fn explain(text: &str) -> String {
    let mut scan = Scan { chars: text.chars().collect(), at: 0 };
    scan.blank();
    let found = scan.value(0).and_then(|()| {
        scan.blank();
        if scan.at < scan.chars.len() { Err(("Extra data", scan.at)) } else { Ok(()) }
    });
    // What that parser would have taken (NaN, say) still is not JSON.
    let (what, at) = found.err().unwrap_or(("Expecting value", 0));
    let before = scan.chars.get(..at).unwrap_or(&scan.chars);
    let line = before.iter().filter(|char| **char == '\n').count() + 1;
    let column = before.iter().rev().take_while(|char| **char != '\n').count() + 1;
    format!("{what}: line {line} column {column} (char {at})")
}

type Found = Result<(), (&'static str, usize)>;

struct Scan {
    chars: Vec<char>,
    at: usize,
}

impl Scan {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn takes(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Found {
        let start = self.at;
        match self.peek() {
            Some('"') => self.string(),
            Some('{') if depth < DEEPEST => self.object(depth + 1),
            Some('[') if depth < DEEPEST => self.array(depth + 1),
            Some('-' | '0'..='9') => self.number(start),
            _ => {
                for word in ["null", "true", "false", "NaN", "Infinity"] {
                    if self
                        .chars
                        .get(start..start + word.len())
                        .is_some_and(|has| has.iter().copied().eq(word.chars()))
                    {
                        self.at += word.len();
                        return Ok(());
                    }
                }
                Err(("Expecting value", start))
            }
        }
    }

    fn number(&mut self, start: usize) -> Found {
        self.takes('-');
        let whole = self.digits();
        if whole == 0 {
            return Err(("Expecting value", start));
        }
        if self.peek() == Some('.') && self.chars.get(self.at + 1).is_some_and(char::is_ascii_digit)
        {
            self.at += 1;
            self.digits();
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            let signed = usize::from(matches!(self.chars.get(self.at + 1), Some('+' | '-')));
            if self.chars.get(self.at + 1 + signed).is_some_and(char::is_ascii_digit) {
                self.at += 1 + signed;
                self.digits();
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        // A leading zero stands alone.
        if self.takes('0') {
            return 1;
        }
        while self.peek().is_some_and(|char| char.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - from
    }

    fn string(&mut self) -> Found {
        let begin = self.at;
        self.at += 1;
        loop {
            let at = self.at;
            self.at += 1;
            match self.chars.get(at).copied() {
                None => return Err(("Unterminated string starting at", begin)),
                Some('"') => return Ok(()),
                Some('\\') => match self.chars.get(self.at).copied() {
                    None => return Err(("Unterminated string starting at", begin)),
                    Some('u') => {
                        let digits = self.chars.get(self.at + 1..self.at + 5);
                        if !digits.is_some_and(|digits| digits.iter().all(char::is_ascii_hexdigit))
                        {
                            return Err(("Invalid \\uXXXX escape", self.at));
                        }
                        self.at += 5;
                    }
                    Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => self.at += 1,
                    Some(_) => return Err(("Invalid \\escape", at)),
                },
                Some(char) if char < ' ' => return Err(("Invalid control character at", at)),
                Some(_) => {}
            }
        }
    }

    fn object(&mut self, depth: usize) -> Found {
        const NAME: &str = "Expecting property name enclosed in double quotes";
        self.at += 1;
        self.blank();
        if self.takes('}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some('"') {
                return Err((NAME, self.at));
            }
            self.string()?;
            self.blank();
            if !self.takes(':') {
                return Err(("Expecting ':' delimiter", self.at));
            }
            self.blank();
            self.value(depth)?;
            self.blank();
            if self.takes('}') {
                return Ok(());
            }
            if !self.takes(',') {
                return Err(("Expecting ',' delimiter", self.at));
            }
            self.blank();
        }
    }

    fn array(&mut self, depth: usize) -> Found {
        self.at += 1;
        self.blank();
        if self.takes(']') {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            self.blank();
            if self.takes(']') {
                return Ok(());
            }
            if !self.takes(',') {
                return Err(("Expecting ',' delimiter", self.at));
            }
            self.blank();
        }
    }
}

//! The `message = "…"` of an error: a format string over the fields of a variant.

/// A format string, cut at the names that it uses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it was written, with braces and format specifications.
    Verbatim(String),
    /// A field's name or number.
    Field(String),
}

/// Why a text is no format string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum MessageError {
    Unclosed,
    Unopened,
    Unnamed,
}

/// Cuts `text` at its placeholders.
pub(crate) fn parse(text: &str) -> Result<Message, MessageError> {
    let mut message = Message { pieces: Vec::new() };
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from_brace) = rest.split_at(brace);
        message.verbatim(before);
        if from_brace.starts_with("{{") || from_brace.starts_with("}}") {
            message.verbatim(&from_brace[..2]);
            rest = &from_brace[2..];
        } else if let Some(inside) = from_brace.strip_prefix('{') {
            let end = inside.find('}').ok_or(MessageError::Unclosed)?;
            message.placeholder(&inside[..end])?;
            rest = &inside[end + 1..];
        } else {
            return Err(MessageError::Unopened);
        }
    }
    message.verbatim(rest);
    Ok(message)
}

impl Message {
    fn placeholder(&mut self, inside: &str) -> Result<(), MessageError> {
        let (name, specification) = match inside.split_once(':') {
            Some((name, specification)) => (name, Some(specification)),
            None => (inside, None),
        };
        let name = name.trim();
        if name.is_empty() || specification.is_some_and(|text| text.contains(".*")) {
            return Err(MessageError::Unnamed);
        }
        self.verbatim("{");
        self.pieces.push(Piece::Field(name.to_owned()));
        if let Some(specification) = specification {
            self.verbatim(":");
            self.specification(specification);
        }
        self.verbatim("}");
        Ok(())
    }

    /// `>width$.precision$?` names fields as well.
    fn specification(&mut self, text: &str) {
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            let before = &rest[..dollar];
            let start = before
                .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                .map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
            if start == dollar {
                // A `$` after no name is a fill character.
                self.verbatim(&rest[..=dollar]);
            } else {
                self.verbatim(&before[..start]);
                self.pieces.push(Piece::Field(before[start..].to_owned()));
                self.verbatim("$");
            }
            rest = &rest[dollar + 1..];
        }
        self.verbatim(rest);
    }

    fn verbatim(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Verbatim(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Verbatim(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Result<Vec<Piece>, MessageError> {
        parse(text).map(|message| message.pieces)
    }

    fn verbatim(text: &str) -> Piece {
        Piece::Verbatim(text.to_owned())
    }

    fn field(name: &str) -> Piece {
        Piece::Field(name.to_owned())
    }

    #[test]
    fn names_are_cut_out_and_the_rest_is_kept() {
        assert_eq!(
            pieces("no {id:?} in {{{0}}}"),
            Ok(vec![
                verbatim("no {"),
                field("id"),
                verbatim(":?} in {{{"),
                field("0"),
                verbatim("}}}"),
            ])
        );
        assert_eq!(pieces("plain"), Ok(vec![verbatim("plain")]));
        assert_eq!(pieces(""), Ok(Vec::new()));
    }

    #[test]
    fn widths_and_precisions_name_fields_too() {
        assert_eq!(
            pieces("{price:>width$.1$}"),
            Ok(vec![
                verbatim("{"),
                field("price"),
                verbatim(":>"),
                field("width"),
                verbatim("$."),
                field("1"),
                verbatim("$}"),
            ])
        );
    }

    #[test]
    fn mistakes_are_told_apart() {
        assert_eq!(pieces("{id"), Err(MessageError::Unclosed));
        assert_eq!(pieces("id}"), Err(MessageError::Unopened));
        assert_eq!(pieces("{}"), Err(MessageError::Unnamed));
        assert_eq!(pieces("{:?}"), Err(MessageError::Unnamed));
        assert_eq!(pieces("{0:.*}"), Err(MessageError::Unnamed));
    }
}

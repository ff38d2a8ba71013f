//! Shares: a number from 0 to 100 and `%`.

use super::texts::Wrong;

/// The share that `text` stands for, from 0 to 1.
pub(super) fn parse(text: &str) -> Result<f64, Wrong> {
    let number = text.strip_suffix('%');
    let digits = number.unwrap_or(text);
    // What else Rust reads as a number, such as `inf` and `1e1`, is none to most people.
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let value = digits.parse::<f64>().ok().filter(|_| plain);
    match (number, value) {
        (Some(_), Some(percent)) if percent <= 100.0 => Ok(percent / 100.0),
        (Some(_), Some(_)) => Err(Wrong::new("more than all of them", "the most is \"100%\"")),
        (None, Some(percent)) if percent > 1.0 => {
            Err(Wrong::new("no `%`", format!("write \"{text}%\"")))
        }
        (None, Some(share)) => {
            Err(Wrong::new("no `%`", format!("write \"{}%\"", (share * 1e4).round() / 100.0)))
        }
        (_, None) => Err(Wrong::see("write a number and `%`, such as \"10%\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn percents_are_shares() {
        assert_eq!(parse("10%"), Ok(0.1));
        assert_eq!(parse("12.5%"), Ok(0.125));
        assert_eq!(parse("0%"), Ok(0.0));
        assert_eq!(parse("100%"), Ok(1.0));
    }

    #[test]
    fn everything_else_is_not() {
        let help = |text| parse(text).err().map(|wrong| wrong.help);
        assert_eq!(help("10").as_deref(), Some("write \"10%\""));
        assert_eq!(help("0.1").as_deref(), Some("write \"10%\""));
        assert_eq!(help("101%").as_deref(), Some("the most is \"100%\""));
        for text in ["", "%", "ten%", "-1%", "inf%", "1e1%", "1.2.3%", " 10%", "10 %", ".5%"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

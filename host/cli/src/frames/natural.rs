//! Natural order of names: `frame9` comes before `frame10`.

use std::cmp::Ordering;

/// Compares runs of digits by their value and everything else by its bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(&x), Some(&y)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        let (digits_a, digits_b) = (digits(a), digits(b));
        let (order, skip) = if digits_a > 0 && digits_b > 0 {
            (compare_numbers(&a[..digits_a], &b[..digits_b]), (digits_a, digits_b))
        } else {
            (x.cmp(&y), (1, 1))
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[skip.0..], &b[skip.1..]);
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

/// By value, whatever the length; equal values by the number of leading zeros, so that the order is total.
fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let strip = |t: &[u8]| t.iter().skip_while(|c| **c == b'0').copied().collect::<Vec<u8>>();
    let (x, y) = (strip(a), strip(b));
    x.len().cmp(&y.len()).then(x.cmp(&y)).then(a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_value() {
        let mut names =
            ["img10.png", "img9.png", "img09.png", "a", "img1.png", "", "img100000000000000000000.png"];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            ["", "a", "img1.png", "img9.png", "img09.png", "img10.png", "img100000000000000000000.png"]
        );
    }
}

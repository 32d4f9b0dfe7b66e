//! Plain tables: the first column to the left, numbers to the right.

/// Rows of text under a heading.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column names.
    pub fn new<const N: usize>(heading: [&str; N]) -> Self {
        Self::with_heading(heading.map(String::from))
    }

    /// A table with column names that are not known beforehand.
    pub fn with_heading(heading: impl IntoIterator<Item = String>) -> Self {
        Self { rows: vec![heading.into_iter().collect()] }
    }

    /// Adds a row; it should have as many cells as the heading.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The aligned text, each line ended.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |c: usize| self.rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
        let numeric: Vec<bool> = (0..columns).map(|c| self.is_numeric(c)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().enumerate().map(|(c, text)| pad(text, widths[c], numeric[c]));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
        };
        self.rows.iter().map(line).collect()
    }

    /// Whether every cell below the heading begins as a number, or is a dash for none.
    fn is_numeric(&self, column: usize) -> bool {
        let digit = |t: &str| {
            t == "-" || t.trim_start_matches(['-', '+', '(']).starts_with(|c: char| c.is_ascii_digit())
        };
        let mut cells = self.rows.iter().skip(1).filter_map(|r| r.get(column)).peekable();
        cells.peek().is_some() && cells.all(|t| digit(t))
    }
}

fn pad(text: &str, width: usize, right: bool) -> String {
    if right { format!("{text:>width$}") } else { format!("{text:<width$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_to_the_right() {
        let mut table = Table::new(["name", "value"]);
        table.row(["a".into(), "1.5 ms".into()]);
        table.row(["long name".into(), "-".into()]);
        table.row(["b".into(), "100.25 ms".into()]);
        assert_eq!(
            table.render(),
            "name           value\na             1.5 ms\nlong name          -\nb          100.25 ms\n"
        );
    }
}

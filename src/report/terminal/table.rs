/// Which side a column's text leans to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of text in columns. Where they are too wide, text (left-aligned) columns give way; numbers never do.
#[derive(Debug)]
pub(super) struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

/// The least a text column shrinks to.
const LEAST: usize = 6;

impl Table {
    pub(super) fn new(head: &[(&str, Align)]) -> Self {
        Table {
            aligns: head.iter().map(|(_, align)| *align).collect(),
            rows: vec![head.iter().map(|(name, _)| (*name).to_owned()).collect()],
        }
    }

    pub(super) fn row(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// The lines, the head first, indented by two and with two blanks between columns.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let row_line = |row: &Vec<String>| {
            let fields: Vec<String> = row
                .iter()
                .zip(&widths)
                .zip(&self.aligns)
                .map(|((text, width), align)| field(text, *width, *align))
                .collect();
            format!("  {}", fields.join("  ")).trim_end().to_owned()
        };
        self.rows.iter().map(row_line).collect()
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.aligns.len())
            .map(|at| self.rows.iter().filter_map(|row| row.get(at)).map(|text| columns(text)).max().unwrap_or(0))
            .collect();
        while widths.iter().sum::<usize>() + 2 * widths.len() > width {
            let widest = widths
                .iter_mut()
                .zip(&self.aligns)
                .filter(|(width, align)| **align == Align::Left && **width > LEAST)
                .map(|(width, _)| width)
                .max();
            match widest {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        widths
    }
}

/// How many columns a text takes, one a character.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

fn field(text: &str, width: usize, align: Align) -> String {
    let shown: String = if columns(text) > width {
        text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    match align {
        Align::Left => format!("{shown:<width$}"),
        Align::Right => format!("{shown:>width$}"),
    }
}

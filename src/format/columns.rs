//! Columns: what the author put below each other, on lines that follow each other, stays below each other.

use std::collections::BTreeMap;

use super::line::{Line, width};
use super::spacing::{Gap, gap};

/// A token's line, and its place in the line.
type Place = (usize, usize);

/// Tokens of one column.
struct Column {
    /// Where it stands in the text, from the first token of a line.
    at: usize,
    places: Vec<Place>,
}

/// A line while it is laid out.
struct Row {
    gaps: Vec<Gap>,
    /// The columns of the tokens that stand in one with others, as far as they are known.
    set: Vec<Option<usize>>,
    widths: Vec<usize>,
}

impl Row {
    fn new(line: &Line<'_>) -> Row {
        let gaps: Vec<Gap> = (0..line.pieces.len()).map(|k| gap(&line.pieces, k)).collect();
        let widths = line.pieces.iter().map(|piece| width(piece.token.text)).collect();
        Row { set: vec![None; gaps.len()], gaps, widths }
    }

    /// Returns the blanks before each token, and where the token before it ends.
    fn blanks(&self) -> impl Iterator<Item = (usize, usize)> {
        self.gaps.iter().zip(&self.set).zip(&self.widths).scan(0, |end, ((gap, set), width)| {
            let before = *end;
            let column = set.unwrap_or(before + gap.width()).max(before);
            *end = column + width;
            Some((column - before, before))
        })
    }

    fn end_before(&self, k: usize) -> usize {
        self.blanks().nth(k).map_or(0, |(_, end)| end)
    }
}

/// Returns the blanks before each token of each line, given the indentation of the lines.
pub(super) fn blanks(lines: &[Line<'_>], indents: &[usize]) -> Vec<Vec<usize>> {
    let mut rows: Vec<Row> = lines.iter().map(Row::new).collect();
    // From left to right, so that all that stands before a column is laid out when the column is.
    for column in columns(lines, indents, &rows) {
        let widest = column.places.iter().filter_map(|&(i, k)| Some(rows.get(i)?.end_before(k))).max().unwrap_or(0);
        let gutter = author_gaps(lines, &column).min().unwrap_or(1);
        for (i, k) in column.places {
            if let Some(set) = rows.get_mut(i).and_then(|row| row.set.get_mut(k)) {
                *set = Some(widest + gutter);
            }
        }
    }
    rows.iter().map(|row| row.blanks().map(|(blanks, _)| blanks).collect()).collect()
}

/// Finds the columns, from left to right. Where every gap is one blank, nobody has lined anything up.
fn columns(lines: &[Line<'_>], indents: &[usize], rows: &[Row]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    // The columns of the line before: where they stand, and their place in `columns`.
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut indent_before = None;
    for (i, (line, row)) in lines.iter().zip(rows).enumerate() {
        if line.is_comment() && !line.hangs && !line.is_parted {
            continue;
        }
        if line.is_parted || indent_before != indents.get(i) {
            before.clear();
        }
        indent_before = indents.get(i);
        let mut here = BTreeMap::new();
        for (k, (piece, gap)) in line.pieces.iter().zip(&row.gaps).enumerate() {
            let Some(at) = piece.column.filter(|_| piece.gap > 0 && (line.hangs || matches!(gap, Gap::Natural(_))))
            else {
                continue;
            };
            let index = before.get(&at).copied().unwrap_or(columns.len());
            match columns.get_mut(index) {
                Some(column) => column.places.push((i, k)),
                None => columns.push(Column { at, places: vec![(i, k)] }),
            }
            here.insert(at, index);
        }
        // What stands below the start of a token of many lines does not stand below the token.
        let spans_lines = line.pieces.iter().any(|piece| piece.token.spans_lines());
        before = if spans_lines { BTreeMap::new() } else { here };
    }
    columns.retain(|column| column.places.len() > 1 && author_gaps(lines, column).any(|gap| gap > 1));
    columns.sort_by_key(|column| column.at);
    columns
}

fn author_gaps(lines: &[Line<'_>], column: &Column) -> impl Iterator<Item = usize> {
    column.places.iter().filter_map(|&(i, k)| Some(lines.get(i)?.pieces.get(k)?.gap))
}

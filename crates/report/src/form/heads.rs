//! Lays a tree of heads out as a grid of merged cells.

use super::Column;
use crate::measure::Measure;
use crate::sheet::HeadCell;

/// A head as the file gives it: a group with children, or a leaf with its measure.
pub(super) enum Node {
    Group { text: String, children: Vec<Node> },
    Leaf { text: String, measure: Box<Measure> },
}

impl Node {
    fn height(&self) -> u32 {
        match self {
            Node::Group { children, .. } => 1 + tallest(children),
            Node::Leaf { .. } => 1,
        }
    }
}

fn tallest(nodes: &[Node]) -> u32 {
    nodes.iter().map(Node::height).max().unwrap_or(0)
}

pub(super) struct Grid {
    pub(super) rows: u32,
    pub(super) heads: Vec<HeadCell>,
    pub(super) columns: Vec<Column>,
}

/// The first column is the units' own head, as tall as the whole head. Leaves reach the bottom
/// row, and a shallow group is stretched at its top, so that all 户 and 人 stand in one line.
pub(super) fn lay_out(label: &str, nodes: Vec<Node>) -> Grid {
    let rows = tallest(&nodes).max(1);
    let mut grid = Grid {
        rows,
        heads: vec![HeadCell { row: 0, column: 0, row_span: rows, column_span: 1, text: label.to_owned() }],
        columns: Vec::new(),
    };
    for node in nodes {
        place(&mut grid, node, 0, &[]);
    }
    grid
}

fn place(grid: &mut Grid, node: Node, top: u32, above: &[String]) {
    let column = 1 + grid.columns.len() as u32;
    let bottom = grid.rows + 1 - node.height();
    match node {
        Node::Leaf { text, measure } => {
            let row_span = grid.rows - top;
            grid.heads.push(HeadCell { row: top, column, row_span, column_span: 1, text: text.clone() });
            grid.columns.push(Column { path: joined(above, text), measure: *measure });
        }
        Node::Group { text, children } => {
            let at = grid.heads.len();
            let row_span = bottom - top;
            grid.heads.push(HeadCell { row: top, column, row_span, column_span: 1, text: text.clone() });
            let path = joined(above, text);
            for child in children {
                place(grid, child, bottom, &path);
            }
            grid.heads[at].column_span = 1 + grid.columns.len() as u32 - column;
        }
    }
}

fn joined(above: &[String], text: String) -> Vec<String> {
    above.iter().cloned().chain([text]).collect()
}

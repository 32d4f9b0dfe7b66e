//! Decodes a file into plain values and checks every index.

use super::budget::Budget;
use super::decode_options::options;
use super::decode_tensor::{self, Constants};
use super::schema::{self, file, model, operator, operator_code, subgraph};
use super::{Model, OpCode, Operator, Place, ReadError, ReadProblem, Subgraph, Tensor};
use crate::import::flatbuffer::{self, Field, FlatbufferError, Table, Tables};

/// Most tensors, operators or other entries of one list.
const MOST: usize = 65_536;

/// An entry of a list of tables.
type Entry<'a> = Result<Table<'a>, FlatbufferError>;

/// Reads a TFLite file.
///
/// After this every index is in range, constants fill their shapes, and no shape has more elements than a `usize`
/// counts. What operators and attributes mean, and whether they fit together, is not checked. The memory taken is
/// at most 4 times the file and 1 MiB.
pub fn read(bytes: &[u8]) -> Result<Model, ReadError> {
    let root = root(bytes).map_err(in_file)?;
    let mut decoder = Decoder::new(bytes, &root).map_err(in_file)?;
    decoder.operator_codes(&root)?;
    let subgraphs = decoder.subgraphs(&root)?;
    let description = decoder.text(&root, model::DESCRIPTION).map_err(in_file)?;
    Ok(Model { subgraphs, description })
}

fn in_file(problem: ReadProblem) -> ReadError {
    problem.at(Place::File)
}

/// The file's root table.
fn root(bytes: &[u8]) -> Result<Table<'_>, ReadProblem> {
    let found = flatbuffer::identifier(bytes)?;
    if found != schema::IDENTIFIER {
        return Err(ReadProblem::Identifier { found });
    }
    let root = Table::root(bytes, file::MODEL)?;
    let found = root.scalar(model::VERSION, 0)?;
    if found != schema::VERSION {
        return Err(ReadProblem::Version { found });
    }
    Ok(root)
}

/// What is needed to decode subgraphs.
struct Decoder<'a> {
    budget: Budget,
    constants: Constants<'a>,
    /// Operator kinds and their versions.
    codes: Vec<(OpCode, i32)>,
}

impl<'a> Decoder<'a> {
    fn new(file: &'a [u8], root: &Table<'a>) -> Result<Self, ReadProblem> {
        let constants = Constants { file, buffers: root.tables(model::BUFFERS)? };
        Ok(Self { budget: Budget::new(file.len()), constants, codes: Vec::new() })
    }

    /// A list of tables, and an empty vector for what they become.
    fn list<T>(
        &mut self,
        parent: &Table<'a>,
        field: Field,
        what: &'static str,
    ) -> Result<(Tables<'a>, Vec<T>), ReadProblem> {
        let tables = parent.tables(field)?;
        if tables.len() > MOST {
            return Err(ReadProblem::TooMany { what, found: tables.len(), most: MOST });
        }
        Ok((tables, self.budget.vector(tables.len())?))
    }

    fn text(&mut self, table: &Table, field: Field) -> Result<String, ReadProblem> {
        self.budget.text(table.bytes(field)?)
    }

    fn operator_codes(&mut self, root: &Table<'a>) -> Result<(), ReadError> {
        let (tables, codes) = self.list(root, model::OPERATOR_CODES, "operator codes").map_err(in_file)?;
        self.codes = codes;
        for (index, entry) in tables.iter().enumerate() {
            let code = self.operator_code(entry).map_err(|p| p.at(Place::OperatorCode { index }))?;
            self.codes.push(code);
        }
        Ok(())
    }

    /// The kind of operator and its version.
    fn operator_code(&mut self, entry: Entry<'a>) -> Result<(OpCode, i32), ReadProblem> {
        let table = entry?;
        // Old files have the short field only; newer ones have the long one, which is larger when it matters.
        let short: i8 = table.scalar(operator_code::DEPRECATED_BUILTIN_CODE, 0)?;
        let long: i32 = table.scalar(operator_code::BUILTIN_CODE, 0)?;
        let custom = self.text(&table, operator_code::CUSTOM_CODE)?;
        let code = OpCode::new(long.max(i32::from(short)), custom);
        Ok((code, table.scalar(operator_code::VERSION, 1)?))
    }

    fn subgraphs(&mut self, root: &Table<'a>) -> Result<Vec<Subgraph>, ReadError> {
        let (tables, mut subgraphs) = self.list(root, model::SUBGRAPHS, "subgraphs").map_err(in_file)?;
        if tables.is_empty() {
            return Err(in_file(ReadProblem::NoSubgraph));
        }
        for (index, entry) in tables.iter().enumerate() {
            subgraphs.push(self.subgraph(index, entry)?);
        }
        Ok(subgraphs)
    }

    fn subgraph(&mut self, index: usize, entry: Entry<'a>) -> Result<Subgraph, ReadError> {
        let here = |problem: ReadProblem| problem.at(Place::Subgraph { index });
        let table = entry.map_err(|e| here(e.into()))?;
        let tensors = self.tensors(index, &table)?;
        let count = tensors.len();
        Ok(Subgraph {
            name: self.text(&table, subgraph::NAME).map_err(here)?,
            inputs: self.indices(&table, subgraph::INPUTS, count).map_err(here)?,
            outputs: self.indices(&table, subgraph::OUTPUTS, count).map_err(here)?,
            operators: self.operators(index, &table, count)?,
            tensors,
        })
    }

    fn tensors(&mut self, subgraph: usize, parent: &Table<'a>) -> Result<Vec<Tensor>, ReadError> {
        let (tables, mut tensors) = self
            .list(parent, subgraph::TENSORS, "tensors")
            .map_err(|p| p.at(Place::Subgraph { index: subgraph }))?;
        for (index, entry) in tables.iter().enumerate() {
            let tensor = decode_tensor::tensor(entry, &self.constants, &mut self.budget);
            let name = || decode_tensor::label(entry);
            tensors.push(tensor.map_err(|p| p.at(Place::Tensor { subgraph, index, name: name() }))?);
        }
        Ok(tensors)
    }

    fn operators(
        &mut self,
        subgraph: usize,
        parent: &Table<'a>,
        tensors: usize,
    ) -> Result<Vec<Operator>, ReadError> {
        let (tables, mut operators) = self
            .list(parent, subgraph::OPERATORS, "operators")
            .map_err(|p| p.at(Place::Subgraph { index: subgraph }))?;
        for (index, entry) in tables.iter().enumerate() {
            let operator = self.operator(entry, tensors);
            operators.push(operator.map_err(|p| p.at(Place::Operator { subgraph, index }))?);
        }
        Ok(operators)
    }

    fn operator(&mut self, entry: Entry<'a>, tensors: usize) -> Result<Operator, ReadProblem> {
        let table = entry?;
        let (code, version) = self.kind(&table)?;
        Ok(Operator {
            inputs: self.operator_inputs(&table, tensors)?,
            outputs: self.indices(&table, operator::OUTPUTS, tensors)?,
            options: options(&code, &table, &mut self.budget)?,
            code,
            version,
        })
    }

    /// An operator's kind and version, from the list of kinds.
    fn kind(&mut self, table: &Table) -> Result<(OpCode, i32), ReadProblem> {
        let index: u32 = table.scalar(operator::OPCODE_INDEX, 0)?;
        let (field, count) = (operator::OPCODE_INDEX, self.codes.len());
        let missing = ReadProblem::Index { field, what: "operator code", index: i64::from(index), count };
        let kind = self.codes.get(index as usize).ok_or(missing)?;
        if let OpCode::Custom { name } = &kind.0 {
            self.budget.take(name.len())?;
        }
        Ok(kind.clone())
    }

    fn operator_inputs(&mut self, table: &Table, tensors: usize) -> Result<Vec<Option<usize>>, ReadProblem> {
        let field = operator::INPUTS;
        let numbers = table.vector::<i32>(field)?.unwrap_or_default();
        let mut inputs = self.budget.vector(numbers.len())?;
        for number in numbers.iter() {
            // -1 stands for an optional input that is absent.
            let absent = number == -1;
            inputs.push(if absent { None } else { Some(tensor_index(field, number, tensors)?) });
        }
        Ok(inputs)
    }

    /// A list of indices of tensors.
    fn indices(&mut self, table: &Table, field: Field, tensors: usize) -> Result<Vec<usize>, ReadProblem> {
        let numbers = table.vector::<i32>(field)?.unwrap_or_default();
        let mut indices = self.budget.vector(numbers.len())?;
        for number in numbers.iter() {
            indices.push(tensor_index(field, number, tensors)?);
        }
        Ok(indices)
    }
}

/// An index of a tensor, when there are so many.
fn tensor_index(field: Field, number: i32, tensors: usize) -> Result<usize, ReadProblem> {
    let missing = ReadProblem::Index { field, what: "tensor", index: i64::from(number), count: tensors };
    usize::try_from(number).ok().filter(|index| *index < tensors).ok_or(missing)
}

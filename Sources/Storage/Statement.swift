// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// A prepared statement: bind, then step through its rows.
///
/// It keeps its database open and is finalised when it goes. Columns and parameters count from 0.
package struct Statement: ~Copyable {
  private let handle: OpaquePointer
  private let database: Database

  init(handle: OpaquePointer, database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds the parameters in order and makes the statement ready to run again.
  ///
  /// - Precondition: there are as many values as parameters.
  package func bind(_ values: [SQLValue]) throws(DatabaseError) {
    sqlite3_reset(handle)
    precondition(
      Int(sqlite3_bind_parameter_count(handle)) == values.count,
      "a statement takes one value for each parameter")
    for (index, value) in values.enumerated() {
      let code = bind(value, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw database.error(code) }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(handle, index)
    case .integer(let value): return sqlite3_bind_int64(handle, index, value)
    case .real(let value): return sqlite3_bind_double(handle, index, value)
    case .text(let value):
      var value = value
      return value.withUTF8 { text in
        text.withMemoryRebound(to: CChar.self) { characters in
          sqlite3_bind_text64(
            handle, index, characters.baseAddress ?? Self.empty, UInt64(text.count),
            Self.transient, UInt8(SQLITE_UTF8))
        }
      }
    case .blob(let value):
      return value.withUnsafeBytes { bytes in
        bytes.isEmpty
          ? sqlite3_bind_zeroblob(handle, index, 0)
          : sqlite3_bind_blob64(
            handle, index, bytes.baseAddress, UInt64(bytes.count), Self.transient)
      }
    }
  }

  /// Goes to the next row; false at the end.
  package func step() throws(DatabaseError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = database.error(code)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Binds the values, runs the statement to its end and passes over its rows.
  package func run(_ values: [SQLValue] = []) throws(DatabaseError) {
    try bind(values)
    while try step() {}
    sqlite3_reset(handle)
  }

  /// The number of columns of a row.
  package var columnCount: Int { Int(sqlite3_column_count(handle)) }

  /// Whether the column is NULL.
  package func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  /// The column as an integer; 0 for NULL.
  package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

  /// The column as a double; 0 for NULL.
  package func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

  /// The column as text; empty for NULL.
  package func text(_ column: Int) -> String { String(decoding: blob(column), as: UTF8.self) }

  /// The column as bytes; empty for NULL.
  package func blob(_ column: Int) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, Int32(column)) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, Int32(column)))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// The column with its storage class.
  package func value(_ column: Int) -> SQLValue {
    switch sqlite3_column_type(handle, Int32(column)) {
    case SQLITE_INTEGER: .integer(integer(column))
    case SQLITE_FLOAT: .real(real(column))
    case SQLITE_TEXT: .text(text(column))
    case SQLITE_BLOB: .blob(blob(column))
    default: .null
    }
  }

  // SQLITE_TRANSIENT, a cast that Swift cannot import: SQLite copies the bytes before it returns.
  private static var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  // Where an empty text may point: a null pointer would mean NULL.
  private nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
    let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    pointer.initialize(to: 0)
    return UnsafePointer(pointer)
  }()
}

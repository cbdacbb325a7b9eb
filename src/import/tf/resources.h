// Variables and lookup tables: which is which, and what is in them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "formats/checkpoint/checkpoint.h"
#include "import/tf/source.h"
#include "import/tf/table_file.h"
#include "import/tf/trace.h"

namespace litesmith::import_tf {

// What two nodes must share to stand for the same variable or table.
struct ResourceId {
  std::string container, name;
  friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};
ResourceId IdOf(const graphdef::NodeDef& node, const Attributes& attributes);

bool IsVariable(std::string_view op);
bool IsTable(std::string_view op);

class Resources {
 public:
  // `model` is null for a frozen graph, whose resources have no content.
  Resources(Source& source, const savedmodel::SavedModel* model);

  // Adds the attributes that import.h promises, if the node is a variable or a table. Reports and fails when
  // a variable's value should be there and is not, is damaged, or does not fit the node.
  Result<void> Complete(const graphdef::NodeDef& node, std::string_view function, Attributes& attributes);
  // The path of the asset whose name a constant of the main graph holds; empty if it holds none.
  std::string AssetOf(std::string_view node) const;

 private:
  struct Key {
    std::string key, slice;
  };
  struct RestoreLists {
    std::vector<std::string> names, slices;
  };
  // What an initialiser puts into a table: tensors, or a file, which is read when the table is needed.
  struct Table {
    Tensor keys, values;
    std::string file;
    TableFileFormat format;
  };
  Result<void> CompleteVariable(const graphdef::NodeDef& node, std::string_view function,
                                const ResourceId& id, Attributes& attributes);
  Result<void> FindKeys();
  Result<void> NoteRestore(const Frame& frame, const graphdef::NodeDef& assign);
  Result<void> AddKeysOfObjects();
  Result<std::optional<Key>> KeyOf(const ResourceId& id);
  Result<void> OpenCheckpoint();
  Result<void> FindTables();
  Result<void> NoteTable(const Frame& frame, const graphdef::NodeDef& initializer);
  std::string AssetInput(const Frame& frame, const graphdef::NodeDef& node, size_t input) const;
  Result<Tensor> ConstantInput(const Frame& frame, const graphdef::NodeDef& node, size_t input);

  Source& source_;
  const savedmodel::SavedModel* model_;
  Tracer tracer_;
  std::map<std::string_view, std::string> assets_;  // constant's name -> path
  std::map<ResourceId, Key> keys_;
  std::unordered_map<std::string, std::string> keys_of_names_;  // from the checkpoint's object graph
  std::unordered_map<const graphdef::NodeDef*, RestoreLists> restores_;
  std::map<std::pair<std::string, std::string>, Tensor> values_;
  std::map<ResourceId, Table> tables_;
  std::unique_ptr<checkpoint::Checkpoint> checkpoint_;
  bool keys_found_ = false, tables_found_ = false;
};

}  // namespace litesmith::import_tf

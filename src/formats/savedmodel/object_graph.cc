#include "base/finding.h"
#include "formats/savedmodel/savedmodel.h"

namespace litesmith::savedmodel {
namespace {

using protobuf::Reader;

std::pair<int32_t, std::string_view> DecodeChild(Reader reader, bool& ok) {
  std::pair<int32_t, std::string_view> child;
  while (reader.Next()) {
    if (reader.field() == 1) child.first = static_cast<int32_t>(reader.Int());
    if (reader.field() == 2) child.second = reader.Text();
  }
  ok = ok && reader.ok();
  return child;
}

// The text in one field of a message.
std::string_view TextField(Reader reader, uint32_t field, bool& ok) {
  std::string_view text;
  while (reader.Next()) {
    if (reader.field() == field) text = reader.Text();
  }
  ok = ok && reader.ok();
  return text;
}

ObjectGraph::Object DecodeObject(Reader reader, bool& ok) {
  ObjectGraph::Object object;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        object.children.push_back(DecodeChild(reader.Message("ObjectReference"), ok));
        break;
      case 4:
        object.identifier = TextField(reader.Message("SavedUserObject"), 1, ok);
        break;
      case 6: {
        Reader function = reader.Message("SavedFunction");
        while (function.Next()) {
          if (function.field() == 1) object.functions.push_back(function.Text());
        }
        ok = ok && function.ok();
        break;
      }
      case 7:
        object.variable = TextField(reader.Message("SavedVariable"), 6, ok);
        break;
      default:
        break;
    }
  }
  ok = ok && reader.ok();
  return object;
}

}  // namespace

Result<ObjectGraph> DecodeObjectGraph(const protobuf::Document& document, Context& context, Bytes message) {
  ObjectGraph graph;
  bool ok = true;
  Reader reader(document, context, message, "SavedObjectGraph", 2);
  while (reader.Next()) {
    if (reader.field() == 1) graph.objects.push_back(DecodeObject(reader.Message("SavedObject"), ok));
    if (!ok) return kFailed;
  }
  LS_RETURN_IF_FAILED(reader.Done());
  for (ObjectGraph::Object& object : graph.objects) {
    for (const auto& [id, name] : object.children) {
      if (id < 0 || static_cast<size_t>(id) >= graph.objects.size()) {
        return document.Damaged(context, name.data(), "SavedObject", "a child that does not exist");
      }
    }
  }
  return graph;
}

// TrackableObjectGraph: nodes 1 { attributes 2 { name 1, full_name 2, checkpoint_key 3 } }.
Result<std::vector<std::pair<std::string, std::string>>> DecodeCheckpointKeys(Context& context,
                                                                              const std::string& file,
                                                                              Bytes message) {
  std::vector<std::pair<std::string, std::string>> keys;
  const protobuf::Document document{file, {nullptr, message}, true};
  Reader reader(document, context, message, "TrackableObjectGraph");
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    Reader object = reader.Message("TrackableObject");
    while (object.Next()) {
      if (object.field() != 2) continue;
      std::string_view name, full_name, key;
      Reader attribute = object.Message("SerializedTensor");
      while (attribute.Next()) {
        switch (attribute.field()) {
          case 1:
            name = attribute.Text();
            break;
          case 2:
            full_name = attribute.Text();
            break;
          case 3:
            key = attribute.Text();
            break;
          default:
            break;
        }
      }
      if (!attribute.ok()) object.Abandon();
      if (name == "VARIABLE_VALUE" && !full_name.empty()) keys.emplace_back(full_name, key);
    }
    if (!object.ok()) reader.Abandon();
  }
  LS_RETURN_IF_FAILED(reader.Done());
  return keys;
}

}  // namespace litesmith::savedmodel

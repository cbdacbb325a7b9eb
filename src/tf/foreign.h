// Ops that other libraries register with TensorFlow: their names tell where they come from.
#pragma once

#include <string_view>

namespace litesmith::tf {

struct Library {
  std::string_view name;     // "TensorFlow Text"
  std::string_view package;  // what Python imports, or what the thing is called: "tensorflow_text"
  std::string_view
      instead;  // what people do who need its ops on a device; a clause, "tokenize in the app, ..."
};

// The library that an op of this name belongs to; null if no table knows. TensorFlow's own ops have none.
const Library* LibraryOf(std::string_view op);

}  // namespace litesmith::tf

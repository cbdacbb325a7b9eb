// Weights of a SavedModel or a checkpoint: tensorflow/core/util/tensor_bundle, tensorflow/python/checkpoint.
#include "findings/logs/rules.h"

namespace litesmith::findings {
namespace {

constexpr Fix kCopyAgain{
    "copy or download the whole folder variables/ again, and compare the sizes of its files", ""};
constexpr Fix kExportAgain{"or export the model again from its checkpoint or training code", ""};
constexpr Fix kConvertTells{"Litesmith names the variable that is damaged", "litesmith diagnose MODEL"};

constexpr Rule kRules[] = {
    {"Failed to find any matching files for {path}\nUnable to find any matching files for {path}",
     Code::kVariablesMissing,
     "the files of the variables are missing",
     "a SavedModel keeps its weights in the folder variables/ beside saved_model.pb, a checkpoint in "
     "NAME.index and "
     "NAME.data-00000-of-00001; they were not copied along",
     {{{"copy the whole folder, with variables/ in it, not saved_model.pb alone", ""},
       kExportAgain,
       kDiagnose}}},
    {"TensorBundle at {path} shard {n} ({m} bytes): Checksum does not match\nChecksum does not match: stored "
     "{n} vs. calculated on the restored bytes {m}\n"
     "block checksum mismatch\nDATA_LOSS: Checksum does not match",
     Code::kChecksumMismatch,
     "a weight file is damaged: its checksum does not match",
     "bytes of the file changed after it was written (corrupt); a broken download or copy is the usual "
     "reason, a transfer "
     "in text mode another",
     {{kCopyAgain, kExportAgain, kConvertTells}}},
    {"Unable to read file ({path}). Perhaps the file is corrupt\nUnable to open table file {path}: Data "
     "loss\n"
     "file is too short to be an sstable\nnot an sstable (bad magic number)\nchecksum does not match in file "
     "{path}",
     Code::kFileDamaged,
     "the index of the weight files is damaged",
     "the file NAME.index (variables.index) cannot be read: it was cut off or changed, or a .data file was "
     "named in its place",
     {{kCopyAgain,
       {"name a checkpoint without its ending: ckpt-0, not ckpt-0.index or ckpt-0.data-00000-of-00001", ""},
       kExportAgain,
       kConvertTells}}},
    {"Read less bytes than requested\nread less bytes than requested\nRequested bytes {_} beyond the end of "
     "file",
     Code::kFileTruncated,
     "a weight file ends too early",
     "a file variables.data-... is shorter than its index says: a copy or download was interrupted, or the "
     "disk was full",
     {{kCopyAgain, kExportAgain, kConvertTells}}},
    {"variables.data-{shard}; No such file\n.data-{shard}; No such file",
     Code::kVariablesMissing,
     "a file of the variables is missing: variables.data-{shard}",
     "the index names the file and it is not there: only part of the folder variables/ was copied",
     {{kCopyAgain, kExportAgain, kDiagnose}}},
    {"variables.index; No such file",
     Code::kVariablesMissing,
     "a file of the variables is missing: variables.index",
     "without its index the weight files cannot be read: only part of the folder variables/ was copied",
     {{kCopyAgain, kExportAgain, kDiagnose}}},
    {"Received incompatible tensor with shape {got} when attempting to restore variable with shape {want} "
     "and name {node}.",
     Code::kShapeMismatch,
     "variable {node} has another shape in the graph than in the weight files",
     "the graph wants {want} and the checkpoint holds {got}: graph and weights are of different models or "
     "versions",
     {{{"export again from one checkpoint and the code that belongs to it", ""}, kDiagnose}}},
    {"Assign requires shapes of both tensors to match. lhs shape= {want} rhs shape= {got}",
     Code::kShapeMismatch,
     "a variable has another shape in the graph than in the checkpoint",
     "the graph wants {want} and the checkpoint holds {got}: the number of classes or the backbone was "
     "changed after "
     "training",
     {{{"use the configuration that the checkpoint was trained with and export again", ""}, kDiagnose}}},
    {"Key {node} not found in checkpoint\nTensor name \"{node}\" not found in checkpoint files\nUnresolved "
     "object in checkpoint",
     Code::kVariableWithoutValue,
     "the checkpoint has no value for the variable {node}",
     "graph and checkpoint belong to different models or versions of the code",
     {{{"export with the code and configuration that wrote the checkpoint", ""}, kDiagnose}}},
    {"Error while reading resource variable {node} from Container\nAttempting to use uninitialized value "
     "{node}\n"
     "Could not find variable {node}. This could mean that the variable has been "
     "deleted\nFailedPreconditionError: Could not find variable {node}",
     Code::kVariableWithoutValue,
     "the variable {node} has no value",
     "the graph was loaded without restoring its weights or running its initializer",
     {{{"load through the SavedModel (tf.saved_model.load), which restores the weights, and export again",
        ""},
       kConvertInstead,
       kDiagnose}}},
    {"Cannot convert a Tensor of dtype resource to a NumPy array\nTensor of dtype resource to a NumPy",
     Code::kTableUnsupported,
     "the model holds a lookup table or another resource that cannot be frozen",
     "freezing turns variables into constants. A lookup table (TextVectorization, StringLookup) or a "
     "variable of a "
     "distribution strategy is a resource without a constant value",
     {{{"export the model without the table: look the words up in the app, or give the model their numbers",
        ""},
       {"build the model outside of strategy.scope() for export, and load the weights into it", ""},
       kConvertInstead,
       kDiagnose}}},
    {"Failed to lift variables\nFailed to prepare to lift variables\nFailed to export read-only\n"
     "Attempting to lift variable\nis not a read-only variable\nThis variable is not read-only",
     Code::kVariableWritten,
     "the converter cannot turn a variable of the model into a constant",
     "a variable is written while the model runs (a counter, a state, batch statistics), or has no value in "
     "the file",
     {{{"export for inference: training=False, without optimizer and metrics", ""},
       {"make state an input and an output of the model", ""},
       kConvertInstead,
       kDiagnose}},
     nullptr,
     Weight::kEcho},
    {"Tried to export a function which references untracked resource\nreferences 'untracked' "
     "resource\nreferences untracked resource",
     Code::kVariableWithoutValue,
     "the model uses a variable or table that it does not own",
     "a tf.function captures a variable, table or dataset that is no attribute of the saved object, so "
     "saving cannot find it",
     {{{"make it an attribute of the module or layer (self.table = table) and save again", ""}, kDiagnose}}},
    {"Table not initialized\nTable already initialized",
     Code::kTableUnsupported,
     "a lookup table of the model is not initialized",
     "the table's initializer did not run: tables are filled by an op of their own while the model is loaded",
     {{{"convert from a SavedModel, which holds the initializer, not from a frozen graph",
        "litesmith convert FOLDER -o model.tflite"},
       {"or look words up in the app and give the model their numbers", ""},
       kDiagnose}}},
};

}  // namespace

std::span<const Rule> CheckpointRules() { return kRules; }

}  // namespace litesmith::findings

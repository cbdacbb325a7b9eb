// Text.
#include "tf/shape_functions.h"

namespace litesmith::tf {

LS_TF_OP(AsString, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(DecodeBase64, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(DecodeCompressed, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(DecodePaddedRaw, "output", "out_type", ir::kNone, shape::DecodeRaw)
LS_TF_OP(DecodeRaw, "output", "out_type", ir::kNone, shape::DecodeRaw)
LS_TF_OP(EncodeBase64, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(Fingerprint, "fingerprint", "uint8", ir::kNone, nullptr)
LS_TF_OP(RegexFullMatch, "output", "bool", ir::kNone, shape::SameShape)
LS_TF_OP(RegexReplace, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(StaticRegexFullMatch, "output", "bool", ir::kNone, shape::SameShape)
LS_TF_OP(StaticRegexReplace, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(StringFormat, "output", "string", ir::kNone, shape::ScalarOutput)
LS_TF_OP(StringJoin, "output", "string", ir::kNone, shape::StringJoin)
LS_TF_OP(StringLength, "output", "int32", ir::kNone, shape::SameShape)
LS_TF_OP(StringLower, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(StringNGrams, "ngrams ngrams_splits", "string Tsplits=int64", ir::kNone, nullptr)
LS_TF_OP(StringSplit, "indices values shape", "int64 string int64", ir::kNone, shape::StringSplit)
LS_TF_OP(StringSplitV2, "indices values shape", "int64 string int64", ir::kNone, shape::StringSplit)
LS_TF_OP(StringStrip, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(StringToHashBucket, "output", "int64", ir::kNone, shape::SameShape)
LS_TF_OP(StringToHashBucketFast, "output", "int64", ir::kNone, shape::SameShape)
LS_TF_OP(StringToHashBucketStrong, "output", "int64", ir::kNone, shape::SameShape)
LS_TF_OP(StringToNumber, "output", "out_type=float32", ir::kNone, shape::SameShape)
LS_TF_OP(StringUpper, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(Substr, "output", "string", ir::kNone, shape::SameShape)
LS_TF_OP(UnicodeDecode, "row_splits char_values", "Tsplits=int64 int32", ir::kNone, nullptr)
LS_TF_OP(UnicodeDecodeWithOffsets, "row_splits char_values char_to_byte_starts", "Tsplits=int64 int32 int64",
         ir::kNone, nullptr)
LS_TF_OP(UnicodeEncode, "output", "string", ir::kNone, nullptr)
LS_TF_OP(UnicodeScript, "output", "int32", ir::kNone, shape::SameShape)
LS_TF_OP(UnicodeTranscode, "output", "string", ir::kNone, shape::SameShape)

}  // namespace litesmith::tf

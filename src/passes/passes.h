// All passes over graphs of TensorFlow ops and, further down, of TFL ops. Each is a file of its own that says
// what it does; the pipeline says in which order they run.
#pragma once

#include "ir/pass.h"

namespace litesmith::passes {

using ir::Changed;
using ir::Module;
using ir::PassContext;

// Calls of functions become the functions' bodies. Those that stand for one op (`_implements`) stay calls.
Result<Changed> InlineCalls(Module& module, PassContext& context);
// Functions that no signature reaches are removed, and nodes that nothing uses.
Result<Changed> Prune(Module& module, PassContext& context);
// Nodes that pass on what they get (Identity, StopGradient...) vanish; asserts and prints are dropped, with a
// note.
Result<Changed> RemoveIdentities(Module& module, PassContext& context);
// A convolution or matrix product that is fused with a bias, batch norm or activation becomes these one by
// one.
Result<Changed> SplitFusedOps(Module& module, PassContext& context);
// TF1's Switch, Merge, Enter, Exit, NextIteration become If and While with functions.
Result<Changed> RaiseControlFlow(Module& module, PassContext& context);
// Constants and variables that a loop or branch takes from outside move into its functions.
Result<Changed> SinkInvariants(Module& module, PassContext& context);
// What a loop carries along without looking at it is taken past it.
Result<Changed> DropUnusedInvariants(Module& module, PassContext& context);
// Variables that nothing writes become constants.
Result<Changed> FreezeVariables(Module& module, PassContext& context);
// Every value gets a name of its own, by which a file's tensor is found again in the source.
Result<Changed> NameValues(Module& module, PassContext& context);
// Outputs of ops that no table knows, and whose definition the file does not hold, get the dtype that their
// uses ask for, else that of the node's type attributes or of its operands: a file's tensor has one, and
// shapes cannot tell.
Result<Changed> TypeUnknownOps(Module& module, PassContext& context);
// What parses examples, or decodes pictures or sound, between an input that is text and the first numbers is
// cut off: the model takes the parsed or decoded tensors instead. Each is told in a warning. Stands after
// NameValues.
Result<Changed> CutPreamble(Module& module, PassContext& context);
// Shapes are inferred, constants folded, branches and loops with known conditions resolved, tensor lists and
// arrays turned into tensors, in one sweep.
Result<Changed> Simplify(Module& module, PassContext& context);
// A batch norm or a per-channel scale after a convolution disappears into its weights.
Result<Changed> FoldBatchNorm(Module& module, PassContext& context);
// Lists of tensors that go through loops and branches become tensors with an axis more; what follows from
// their shapes is for another sweep, and further lists may follow from that.
Result<Changed> ListsAsTensors(Module& module, PassContext& context);
// Bicubic and other resizings of pictures of known size become products with the matrices that they are.
Result<Changed> ResizeByProducts(Module& module, PassContext& context);
// A case whose index is not known becomes branches within branches.
Result<Changed> NestCases(Module& module, PassContext& context);
// Products and sums around erf, erfc or tanh that give GELU become TensorFlow Lite's op, which came with 2.9.
Result<Changed> FuseGelu(Module& module, PassContext& context);
// What gives hard swish, leaky ReLU or PReLU, however it is written, becomes the op.
Result<Changed> FusePiecewise(Module& module, PassContext& context);
// float64, float16, bfloat16 and complex128 become float32 and complex64, with a note; inputs and outputs
// keep their dtypes.
Result<Changed> ComputeInFloat32(Module& module, PassContext& context);

// On TFL ops:
// A constant added to a convolution's output becomes its bias.
Result<Changed> FuseBias(Module& module, PassContext& context);
// An activation becomes an attribute of the op before it.
Result<Changed> FuseActivation(Module& module, PassContext& context);
// A padding of zeros before a VALID convolution becomes its SAME padding where that is the same.
Result<Changed> FusePadding(Module& module, PassContext& context);
// An op on integers or bools that the official kernel does not take is computed in a wider dtype, or refused.
Result<Changed> LegaliseDtypes(Module& module, PassContext& context);
// Ops that came to TensorFlow Lite late become older ones that compute the same, where the nodes need a
// runtime newer than `target` ("2.9").
Result<Changed> UseOlderOps(Module& module, std::string_view target);
// Equal nodes become one.
Result<Changed> MergeEqualNodes(Module& module, PassContext& context);

}  // namespace litesmith::passes

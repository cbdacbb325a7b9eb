// The shape functions that the tables of ops/ name; families of ops share them. Each sets the shapes of the
// node's outputs as far as they follow from operands, attributes and known values, and reports what
// contradicts.
#pragma once

#include "tf/op.h"

namespace litesmith::tf::shape {

// shape/convolution.cc
Result<void> Conv2D(ShapeContext& context);
Result<void> Conv3D(ShapeContext& context);
Result<void> DepthwiseConv2D(ShapeContext& context);
Result<void> ConvBackpropInput(ShapeContext& context);
Result<void> ConvBackpropInputOfTensor(ShapeContext& context);
Result<void> ShapeFromSecond(ShapeContext& context);
Result<void> BiasAdd(ShapeContext& context);
Result<void> BiasAddGrad(ShapeContext& context);
Result<void> Dilation2D(ShapeContext& context);
Result<void> ExtractPatches(ShapeContext& context);

// shape/creation.cc
Result<void> Constant(ShapeContext& context);
Result<void> ShapeFromAttribute(ShapeContext& context);
Result<void> Placeholder(ShapeContext& context);
Result<void> ShapeFromOperand(ShapeContext& context);
Result<void> ShapeFromThird(ShapeContext& context);
Result<void> Fill(ShapeContext& context);
Result<void> ZerosLike(ShapeContext& context);
Result<void> OnesLike(ShapeContext& context);
Result<void> Range(ShapeContext& context);
Result<void> LinSpace(ShapeContext& context);
Result<void> OneHot(ShapeContext& context);
Result<void> Multinomial(ShapeContext& context);
Result<void> RandomWithParameter(ShapeContext& context);
Result<void> RandomKey(ShapeContext& context);

// shape/einsum.cc
Result<void> Einsum(ShapeContext& context);

// shape/elementwise.cc
Result<void> SameShape(ShapeContext& context);
Result<void> SameShapeAndValue(ShapeContext& context);
Result<void> EachSameShape(ShapeContext& context);
Result<void> SameShapeAsSecond(ShapeContext& context);
Result<void> MergedShape(ShapeContext& context);
Result<void> Broadcast(ShapeContext& context);
Result<void> BroadcastAll(ShapeContext& context);
Result<void> Equality(ShapeContext& context);
Result<void> Add(ShapeContext& context);
Result<void> Subtract(ShapeContext& context);
Result<void> Multiply(ShapeContext& context);
Result<void> FloorDivide(ShapeContext& context);
Result<void> FloorModulo(ShapeContext& context);
Result<void> Maximum(ShapeContext& context);
Result<void> Minimum(ShapeContext& context);
Result<void> Select(ShapeContext& context);

// shape/gather.cc
Result<void> Gather(ShapeContext& context);
Result<void> GatherV2(ShapeContext& context);
Result<void> GatherNd(ShapeContext& context);
Result<void> ReadVariable(ShapeContext& context);
Result<void> VariableShape(ShapeContext& context);
Result<void> ResourceGather(ShapeContext& context);
Result<void> ResourceGatherNd(ShapeContext& context);
Result<void> ScatterNd(ShapeContext& context);
Result<void> Segment(ShapeContext& context);
Result<void> UnsortedSegment(ShapeContext& context);
Result<void> SparseSegment(ShapeContext& context);
Result<void> SparseSegmentWithNumber(ShapeContext& context);
Result<void> DynamicPartition(ShapeContext& context);
Result<void> DynamicStitch(ShapeContext& context);

// shape/image.cc
Result<void> Resize(ShapeContext& context);
Result<void> ProjectiveTransform(ShapeContext& context);
Result<void> CropAndResize(ShapeContext& context);
Result<void> ExtractGlimpse(ShapeContext& context);
Result<void> DecodePicture(ShapeContext& context);
Result<void> DecodeAnyPicture(ShapeContext& context);
Result<void> DecodeGif(ShapeContext& context);
Result<void> ExtractJpegShape(ShapeContext& context);
Result<void> DistortedBoundingBox(ShapeContext& context);
Result<void> DecodeWav(ShapeContext& context);
Result<void> AudioSpectrogram(ShapeContext& context);
Result<void> Mfcc(ShapeContext& context);
Result<void> Rfft(ShapeContext& context);
Result<void> Rfft2D(ShapeContext& context);
Result<void> Rfft3D(ShapeContext& context);
Result<void> InverseRfft(ShapeContext& context);
Result<void> InverseRfft2D(ShapeContext& context);
Result<void> InverseRfft3D(ShapeContext& context);

// shape/layout.cc
Result<void> ConcatV2(ShapeContext& context);
Result<void> Concat(ShapeContext& context);
Result<void> Pack(ShapeContext& context);
Result<void> ParallelConcat(ShapeContext& context);
Result<void> Unpack(ShapeContext& context);
Result<void> Split(ShapeContext& context);
Result<void> SplitV(ShapeContext& context);
Result<void> Pad(ShapeContext& context);
Result<void> MirrorPadGrad(ShapeContext& context);
Result<void> Tile(ShapeContext& context);
Result<void> Transpose(ShapeContext& context);
Result<void> ReverseV2(ShapeContext& context);
Result<void> SpaceToDepth(ShapeContext& context);
Result<void> DepthToSpace(ShapeContext& context);
Result<void> SpaceToBatchND(ShapeContext& context);
Result<void> BatchToSpaceND(ShapeContext& context);
Result<void> SpaceToBatch(ShapeContext& context);
Result<void> BatchToSpace(ShapeContext& context);

// shape/lists.cc
Result<void> ListGetItem(ShapeContext& context);
Result<void> ListPopBack(ShapeContext& context);
Result<void> ListStack(ShapeContext& context);
Result<void> ListGather(ShapeContext& context);
Result<void> ListConcat(ShapeContext& context);
Result<void> ArrayMake(ShapeContext& context);
Result<void> ArrayRead(ShapeContext& context);
Result<void> ArrayGather(ShapeContext& context);
Result<void> ArrayConcat(ShapeContext& context);
Result<void> MergeAlternatives(ShapeContext& context);
Result<void> LookupFind(ShapeContext& context);
Result<void> StringJoin(ShapeContext& context);
Result<void> StringSplit(ShapeContext& context);
Result<void> DecodeRaw(ShapeContext& context);
Result<void> SparseMatMul(ShapeContext& context);
Result<void> SparseOutputs(ShapeContext& context);
Result<void> ParseExample(ShapeContext& context);

// shape/matrix.cc
Result<void> MatMul(ShapeContext& context);
Result<void> BatchMatMul(ShapeContext& context);
Result<void> MatrixSolve(ShapeContext& context);
Result<void> MatrixToScalar(ShapeContext& context);
Result<void> MatrixDiag(ShapeContext& context);
Result<void> MatrixDiagPart(ShapeContext& context);
Result<void> MatrixDiagV2(ShapeContext& context);
Result<void> MatrixDiagPartV2(ShapeContext& context);
Result<void> Diag(ShapeContext& context);
Result<void> DiagPart(ShapeContext& context);
Result<void> Qr(ShapeContext& context);
Result<void> Svd(ShapeContext& context);
Result<void> Eigen(ShapeContext& context);
Result<void> Lu(ShapeContext& context);

// shape/pooling.cc
Result<void> Pool(ShapeContext& context);
Result<void> MaxPoolV2(ShapeContext& context);
Result<void> ShapeFromFirst(ShapeContext& context);
Result<void> FractionalPool(ShapeContext& context);
Result<void> NthElement(ShapeContext& context);
Result<void> FusedBatchNorm(ShapeContext& context);
Result<void> ScalarOutput(ShapeContext& context);
Result<void> CrossEntropy(ShapeContext& context);

// shape/reduction.cc
Result<void> Reduce(ShapeContext& context);
Result<void> ReduceProd(ShapeContext& context);
Result<void> ReduceSum(ShapeContext& context);
Result<void> ReduceMax(ShapeContext& context);
Result<void> ReduceMin(ShapeContext& context);
Result<void> ArgMinMax(ShapeContext& context);

// shape/reshape.cc
Result<void> Reshape(ShapeContext& context);
Result<void> ShapeOf(ShapeContext& context);
Result<void> SizeOf(ShapeContext& context);
Result<void> RankOf(ShapeContext& context);
Result<void> ExpandDims(ShapeContext& context);
Result<void> Squeeze(ShapeContext& context);
Result<void> BroadcastTo(ShapeContext& context);
Result<void> BroadcastArgs(ShapeContext& context);
Result<void> VectorOutputs(ShapeContext& context);
Result<void> ConcatOffset(ShapeContext& context);
Result<void> EnsureShape(ShapeContext& context);
Result<void> UnravelIndex(ShapeContext& context);
Result<void> Bitcast(ShapeContext& context);

// shape/selection.cc
Result<void> TopK(ShapeContext& context);
Result<void> TopKV2(ShapeContext& context);
Result<void> ApproxTopK(ShapeContext& context);
Result<void> Unique(ShapeContext& context);
Result<void> UniqueV2(ShapeContext& context);
Result<void> Where(ShapeContext& context);
Result<void> Bincount(ShapeContext& context);
Result<void> DenseBincount(ShapeContext& context);
Result<void> Histogram(ShapeContext& context);
Result<void> InTopK(ShapeContext& context);
Result<void> NonMaxSuppression(ShapeContext& context);
Result<void> NonMaxSuppressionPadded(ShapeContext& context);
Result<void> CombinedNonMaxSuppression(ShapeContext& context);

// shape/slice.cc
Result<void> StridedSlice(ShapeContext& context);
Result<void> Slice(ShapeContext& context);

// shape/sparse.cc
Result<void> SparseReorder(ShapeContext& context);
Result<void> SparseReshape(ShapeContext& context);
Result<void> SparseFillEmptyRows(ShapeContext& context);
Result<void> SparseReduce(ShapeContext& context);
Result<void> RaggedToTensor(ShapeContext& context);
Result<void> RaggedRange(ShapeContext& context);
Result<void> Quantize(ShapeContext& context);
Result<void> QuantizedUnary(ShapeContext& context);
Result<void> FakeQuantGradient(ShapeContext& context);
Result<void> PlaceholderWithDefault(ShapeContext& context);
Result<void> ResizeGrad(ShapeContext& context);
Result<void> LstmBlockCell(ShapeContext& context);
Result<void> BlockLstm(ShapeContext& context);
Result<void> GruBlockCell(ShapeContext& context);
Result<void> CtcGreedyDecoder(ShapeContext& context);

}  // namespace litesmith::tf::shape

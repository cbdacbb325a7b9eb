// Kernels of TensorFlow Lite's C API in this runtime. The kernels stand in this file; loading them from
// libraries is tested in library_test.cc.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "formats/tflite/flex_options.h"
#include "runtime/custom/library.h"
#include "runtime/graphs.h"
#include "tensor/strings.h"

namespace litesmith::runtime {
namespace {

TfLiteTensor* In(TfLiteContext* context, TfLiteNode* node, int i) {
  const int index = node->inputs->data[i];
  return index < 0 ? nullptr : &context->tensors[index];
}
TfLiteTensor* Out(TfLiteContext* context, TfLiteNode* node, int i) {
  return &context->tensors[node->outputs->data[i]];
}
int64_t CountOf(const TfLiteTensor* tensor) {
  int64_t count = 1;
  for (int i = 0; i < tensor->dims->size; ++i) count *= tensor->dims->data[i];
  return count;
}
TfLiteIntArray* Shape1(int size) {
  TfLiteIntArray* shape = TfLiteIntArrayCreate(1);
  shape->data[0] = size;
  return shape;
}

TfLiteStatus LikeInput(TfLiteContext* context, TfLiteNode* node) {
  return context->ResizeTensor(context, Out(context, node, 0),
                               TfLiteIntArrayCopy(In(context, node, 0)->dims));
}
TfLiteStatus Double(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* in = In(context, node, 0);
  for (int64_t i = 0; i < CountOf(in); ++i) Out(context, node, 0)->data.f[i] = in->data.f[i] * 2;
  return kTfLiteOk;
}

class CustomKernelTest : public RuntimeTest {
 protected:
  // A graph of one op, float32[?]... by default.
  ir::Node* Graph(std::vector<ir::Type> inputs, std::vector<ir::Type> outputs, Attributes attributes = {}) {
    ir::Function* main = module_->AddFunction("main");
    std::vector<ir::Value*> operands;
    for (size_t i = 0; i < inputs.size(); ++i) {
      operands.push_back(main->AddParameter(inputs[i], "in" + std::to_string(i)));
    }
    ir::Builder builder(*main);
    ir::Node* node = builder.Create(module_->UnknownOp(ir::Dialect::kTfl, "Mine"), operands,
                                    std::move(outputs), std::move(attributes));
    std::vector<ir::Value*> results;
    for (size_t i = 0; i < node->output_count(); ++i) {
      node->output(i)->name = "out" + std::to_string(i);
      results.push_back(node->output(i));
    }
    main->SetResults(results);
    return node;
  }
  std::unique_ptr<Interpreter> With(const TfLiteRegistration& registration, Options options = {}) {
    options.custom_kernels["Mine"] = custom::FactoryOf(registration);
    return Make(options);
  }
  std::vector<float> Run(Interpreter& interpreter, const Tensor& input) {
    if (!interpreter.SetInput(0, input) || !interpreter.Invoke()) return {};
    return FloatsOf(interpreter.output(0));
  }
  void ExpectFailure(const TfLiteRegistration& registration, const std::string& words) {
    const auto interpreter = With(registration);
    if (interpreter) {
      EXPECT_FALSE(interpreter->Invoke().ok());
    }
    EXPECT_TRUE(Reported(Code::kCustomKernelFailed)) << Causes();
    EXPECT_NE(Causes().find(words), std::string::npos) << Causes();
  }
};

TEST_F(CustomKernelTest, ComputesAndFollowsNewShapes) {
  Graph({Floats({Dim()})}, {Floats({Dim()})});
  const auto interpreter = With({.prepare = LikeInput, .invoke = Double});
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {1, 2})), (std::vector<float>{2, 4})) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({3}, {1, 2, 3})), (std::vector<float>{2, 4, 6})) << Causes();
}

TEST_F(CustomKernelTest, GetsOptionsAndKeepsItsOwnDataUntilItIsFreed) {
  static int freed = 0;
  freed = 0;
  Graph({Floats({1})}, {Floats({1})}, {{"custom_options", flex::Pack({{"factor", 3.0f}})}});
  TfLiteRegistration kernel = {.prepare = LikeInput};
  kernel.init = [](TfLiteContext*, const char* buffer, size_t length) -> void* {
    const auto options = flex::Unpack({reinterpret_cast<const std::byte*>(buffer), length});
    return new float(options ? options->Float("factor") : 0);
  };
  kernel.free = [](TfLiteContext*, void* data) {
    delete static_cast<float*>(data);
    ++freed;
  };
  kernel.invoke = [](TfLiteContext* context, TfLiteNode* node) {
    if (node->custom_initial_data == nullptr || node->custom_initial_data_size == 0) return kTfLiteError;
    Out(context, node, 0)->data.f[0] =
        In(context, node, 0)->data.f[0] * *static_cast<float*>(node->user_data);
    return kTfLiteOk;
  };
  auto interpreter = With(kernel);
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({1}, {5})), std::vector<float>{15}) << Causes();
  interpreter.reset();
  EXPECT_EQ(freed, 1);
}

// The positions of what is positive.
TfLiteStatus DynamicPrepare(TfLiteContext* context, TfLiteNode* node) {
  TfLiteTensor* out = Out(context, node, 0);
  TfLiteTensorDataFree(out);
  out->allocation_type = kTfLiteDynamic;
  return kTfLiteOk;
}
TfLiteStatus DynamicInvoke(TfLiteContext* context, TfLiteNode* node) {
  const TfLiteTensor* in = In(context, node, 0);
  TfLiteTensor* out = Out(context, node, 0);
  const int count =
      static_cast<int>(std::count_if(in->data.f, in->data.f + CountOf(in), [](float x) { return x > 0; }));
  if (context->ResizeTensor(context, out, Shape1(count)) != kTfLiteOk) return kTfLiteError;
  for (int i = 0, next = 0; i < CountOf(in); ++i) {
    if (in->data.f[i] > 0) out->data.f[next++] = static_cast<float>(i);
  }
  return kTfLiteOk;
}

TEST_F(CustomKernelTest, DecidesShapesWhileItRuns) {
  Graph({Floats({4})}, {Floats({Dim()})});
  const auto interpreter = With({.prepare = DynamicPrepare, .invoke = DynamicInvoke});
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({4}, {1, -1, 1, -1})), (std::vector<float>{0, 2})) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({4}, {1, 1, 1, -1})), (std::vector<float>{0, 1, 2})) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({4}, {-1, -1, -1, -1})), std::vector<float>()) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({4}, {-1, -1, -1, 1})), std::vector<float>{3}) << Causes();
  EXPECT_TRUE(findings_.findings().empty()) << Causes();
}

TEST_F(CustomKernelTest, MayKeepTheShapeOfADynamicResult) {
  Graph({Floats({2})}, {Floats({Dim()})});
  const auto interpreter =
      With({.prepare = DynamicPrepare, .invoke = [](TfLiteContext* context, TfLiteNode* node) {
              TfLiteTensor* out = Out(context, node, 0);
              const bool first = out->dims->data[0] != 2;
              if (first && context->ResizeTensor(context, out, Shape1(2)) != kTfLiteOk) return kTfLiteError;
              return Double(context, node);
            }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {1, 2})), (std::vector<float>{2, 4})) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {3, 4})), (std::vector<float>{6, 8})) << Causes();
}

TEST_F(CustomKernelTest, MayBringAResultInABufferOfItsOwn) {
  Graph({Floats({2})}, {Floats({Dim()})});
  const auto interpreter =
      With({.prepare = DynamicPrepare, .invoke = [](TfLiteContext* context, TfLiteNode* node) {
              TfLiteTensor* out = Out(context, node, 0);
              auto* mine = static_cast<char*>(std::malloc(8));
              std::memcpy(mine, In(context, node, 0)->data.raw, 8);
              TfLiteTensorReset(kTfLiteFloat32, out->name, Shape1(2), out->params, mine, 8, kTfLiteDynamic,
                                out->allocation, false, out);
              return kTfLiteOk;
            }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (float x : {1.0f, 2.0f}) {
    EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {x, 7})), (std::vector<float>{x, 7})) << Causes();
  }
}

TEST_F(CustomKernelTest, ReadsAndWritesStrings) {
  const ir::Type strings{DType::kString, {3}, nullptr};
  Graph({strings}, {strings});
  const auto interpreter = With({.invoke = [](TfLiteContext* context, TfLiteNode* node) {
    const TfLiteTensor* in = In(context, node, 0);
    TfLiteTensor* out = Out(context, node, 0);
    if (TfLiteTensorRealloc(in->bytes, out) != kTfLiteOk) return kTfLiteError;
    std::memcpy(out->data.raw, in->data.raw, in->bytes);
    const auto* head = reinterpret_cast<const int32_t*>(out->data.raw);
    for (int i = head[1]; i < head[head[0] + 1]; ++i) {
      out->data.raw[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(out->data.raw[i])));
    }
    return kTfLiteOk;
  }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(interpreter->SetInput(0, Tensor::OfStrings({3}, {"ab", "", "xyz"})).ok());
    ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
    EXPECT_EQ(interpreter->output(0).strings(), (std::vector<std::string_view>{"AB", "", "XYZ"}));
  }
}

TEST_F(CustomKernelTest, SeesQuantizationByTensorAndByChannel) {
  auto by_channel = std::make_shared<Quantization>();
  by_channel->scale = {0.5f, 0.25f};
  by_channel->zero_point = {0, 1};
  by_channel->dimension = 1;
  auto by_tensor = std::make_shared<Quantization>();
  by_tensor->scale = {0.125f};
  by_tensor->zero_point = {-3};
  Graph({{DType::kInt8, {1, 2}, by_channel}, {DType::kInt8, {1}, by_tensor}}, {Floats({7})});
  const auto interpreter = With({.invoke = [](TfLiteContext* context, TfLiteNode* node) {
    float* out = Out(context, node, 0)->data.f;
    for (int i = 0; i < 2; ++i) {
      const TfLiteTensor* in = In(context, node, i);
      if (in->quantization.type != kTfLiteAffineQuantization) return kTfLiteError;
      const auto* affine = static_cast<TfLiteAffineQuantization*>(in->quantization.params);
      if (i == 0) {
        if (affine->scale->size != 2 || affine->zero_point->size != 2 || in->params.scale != 0)
          return kTfLiteError;
        *out++ = affine->scale->data[1];
        *out++ = static_cast<float>(affine->zero_point->data[1]);
        *out++ = static_cast<float>(affine->quantized_dimension);
      } else {
        *out++ = affine->scale->data[0];
        *out++ = static_cast<float>(affine->zero_point->data[0]);
        *out++ = in->params.scale;
        *out++ = static_cast<float>(in->params.zero_point);
      }
    }
    return kTfLiteOk;
  }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(FloatsOf(interpreter->output(0)), (std::vector<float>{0.25f, 1, 1, 0.125f, -3, 0.125f, -3}));
}

struct Numbers {
  int scratch, first_added;
  float* persistent;
};

TEST_F(CustomKernelTest, HasTemporariesScratchAndPersistentMemory) {
  Graph({Floats({2})}, {Floats({2})});
  TfLiteRegistration kernel = {};
  kernel.init = [](TfLiteContext* context, const char*, size_t) -> void* {
    auto* numbers = new Numbers{};
    context->AddTensors(context, 2, &numbers->first_added);
    numbers->persistent = static_cast<float*>(context->AllocatePersistentBuffer(context, sizeof(float)));
    return numbers;
  };
  kernel.free = [](TfLiteContext*, void* data) { delete static_cast<Numbers*>(data); };
  kernel.prepare = [](TfLiteContext* context, TfLiteNode* node) {
    auto* numbers = static_cast<Numbers*>(node->user_data);
    TfLiteIntArrayFree(node->temporaries);
    node->temporaries = TfLiteIntArrayCreate(2);
    for (int i = 0; i < 2; ++i) {
      node->temporaries->data[i] = numbers->first_added + i;
      TfLiteTensor* temporary = &context->tensors[numbers->first_added + i];
      temporary->type = kTfLiteFloat32;
      temporary->allocation_type = i == 0 ? kTfLiteArenaRw : kTfLiteArenaRwPersistent;
      if (context->ResizeTensor(context, temporary, Shape1(2)) != kTfLiteOk) return kTfLiteError;
    }
    if (context->RequestScratchBufferInArena(context, 8, &numbers->scratch) != kTfLiteOk) return kTfLiteError;
    return LikeInput(context, node);
  };
  kernel.invoke = [](TfLiteContext* context, TfLiteNode* node) {
    auto* numbers = static_cast<Numbers*>(node->user_data);
    float* temporary = context->tensors[numbers->first_added].data.f;
    float* kept = context->tensors[numbers->first_added + 1].data.f;
    auto* scratch = static_cast<float*>(context->GetScratchBuffer(context, numbers->scratch));
    void* buffer = nullptr;
    if (context->AllocateBufferForEval(context, 100, &buffer) != kTfLiteOk) return kTfLiteError;
    std::memset(buffer, 1, 100);
    const float* in = In(context, node, 0)->data.f;
    for (int i = 0; i < 2; ++i) {
      temporary[i] = in[i] * 10;
      scratch[i] = in[i] * 100;
      kept[i] += in[i];
      Out(context, node, 0)->data.f[i] = temporary[i] + scratch[i] + kept[i] + *numbers->persistent;
    }
    *numbers->persistent += 1000;
    return kTfLiteOk;
  };
  const auto interpreter = With(kernel);
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {1, 2})), (std::vector<float>{111, 222})) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {1, 2})), (std::vector<float>{1112, 1224})) << Causes();
}

TEST_F(CustomKernelTest, ReadsConstantsInPrepareAndSeesWhatIsLeftOut) {
  ir::Function* main = module_->AddFunction("main");
  ir::Value* x = main->AddParameter(Floats({2}), "x");
  ir::Builder builder(*main);
  ir::Value* size = builder.Constant(IntTensor({1}, {3}), "size");
  ir::Value* y =
      builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "Mine"), {x, nullptr, size}, Floats({Dim()}));
  main->SetResults(std::array{y});
  const auto interpreter = With(
      {.prepare =
           [](TfLiteContext* context, TfLiteNode* node) {
             const TfLiteTensor* size = In(context, node, 2);
             if (node->inputs->data[1] != kTfLiteOptionalTensor || size->allocation_type != kTfLiteMmapRo ||
                 size->data.i32 == nullptr || std::string(size->name) != "size") {
               return kTfLiteError;
             }
             const int shape[] = {size->data.i32[0]};
             return context->ResizeTensorExplicit(context, Out(context, node, 0), 1, shape);
           },
       .invoke =
           [](TfLiteContext* context, TfLiteNode* node) {
             std::fill_n(Out(context, node, 0)->data.f, 3, 7.0f);
             return kTfLiteOk;
           }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {0, 0})), (std::vector<float>{7, 7, 7})) << Causes();
}

TEST_F(CustomKernelTest, MayDecideTheTypeOfItsResult) {
  Graph({Floats({2})}, {Floats({2})});
  const auto interpreter = With({.prepare =
                                     [](TfLiteContext* context, TfLiteNode* node) {
                                       Out(context, node, 0)->type = kTfLiteInt64;
                                       return LikeInput(context, node);
                                     },
                                 .invoke =
                                     [](TfLiteContext* context, TfLiteNode* node) {
                                       std::fill_n(Out(context, node, 0)->data.i64, 2, int64_t{1} << 40);
                                       return kTfLiteOk;
                                     }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_EQ(interpreter->output(0).ToInt64(), (std::vector<int64_t>{int64_t{1} << 40, int64_t{1} << 40}));
}

// x goes through the kernel twice; between the two nobody else needs its result.
TEST_F(CustomKernelTest, RunsInPlaceWhereItAllowsThat) {
  ir::Function* main = module_->AddFunction("main");
  ir::Value* value = main->AddParameter(Floats({2}), "x");
  ir::Builder builder(*main);
  for (int i = 0; i < 2; ++i) {
    value = builder.Make(module_->UnknownOp(ir::Dialect::kTfl, "Mine"), {value}, Floats({2}));
  }
  main->SetResults(std::array{value});
  static int in_place = 0;
  for (const uint64_t flags : {uint64_t{kTfLiteInplaceOpNone}, uint64_t{kTfLiteInplaceOpInput0Shared}}) {
    in_place = 0;
    TfLiteRegistration kernel = {.prepare = LikeInput};
    kernel.inplace_operator = flags;
    kernel.invoke = [](TfLiteContext* context, TfLiteNode* node) {
      in_place += In(context, node, 0)->data.raw == Out(context, node, 0)->data.raw ? 1 : 0;
      return Double(context, node);
    };
    const auto interpreter = With(kernel);
    ASSERT_NE(interpreter, nullptr) << Causes();
    EXPECT_EQ(Run(*interpreter, FloatTensor({2}, {1, 2})), (std::vector<float>{4, 8}));
    EXPECT_EQ(in_place, flags == 0 ? 0 : 1);
  }
}

TEST_F(CustomKernelTest, LeavesANoteWhenItSaysSomething) {
  Graph({Floats({1})}, {Floats({1})});
  const auto interpreter = With({.invoke = [](TfLiteContext* context, TfLiteNode*) {
    context->ReportError(context, "%d of %s\n", 3, "these");
    return kTfLiteOk;
  }});
  ASSERT_NE(interpreter, nullptr) << Causes();
  ASSERT_TRUE(interpreter->Invoke().ok()) << Causes();
  EXPECT_TRUE(Reported(Code::kCustomKernelSays));
  EXPECT_NE(Causes().find("3 of these"), std::string::npos) << Causes();
  EXPECT_FALSE(findings_.has_errors());
}

TEST_F(CustomKernelTest, TellsWhyItFailsInItsOwnWords) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.prepare =
                     [](TfLiteContext* context, TfLiteNode* node) {
                       TF_LITE_ENSURE_EQ(context, In(context, node, 0)->dims->size, 4);
                       return kTfLiteOk;
                     },
                 .invoke = Double},
                "(1 != 4)");
}

TEST_F(CustomKernelTest, MustGiveEveryResultAShape) {
  Graph({Floats({1})}, {Floats({Dim()})});
  ExpectFailure({.prepare = [](TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }, .invoke = Double},
                "no shape");
}

TEST_F(CustomKernelTest, MustGiveEveryResultData) {
  Graph({Floats({1})}, {Floats({Dim()})});
  ExpectFailure({.prepare = DynamicPrepare, .invoke = [](TfLiteContext*, TfLiteNode*) { return kTfLiteOk; }},
                "no data");
}

TEST_F(CustomKernelTest, MustNotResizeInInvokeWhatIsNotDynamic) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.prepare = LikeInput,
                 .invoke =
                     [](TfLiteContext* context, TfLiteNode* node) {
                       return context->ResizeTensor(context, Out(context, node, 0), Shape1(9));
                     }},
                "did not make dynamic");
}

TEST_F(CustomKernelTest, MustNotAskForTensorsThatAreNotThere) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.prepare =
                     [](TfLiteContext* context, TfLiteNode*) {
                       return context->GetTensor(context, 99) != nullptr ? kTfLiteOk : kTfLiteError;
                     },
                 .invoke = Double},
                "tensor 99");
}

TEST_F(CustomKernelTest, MustNotListTemporariesThatItNeverAdded) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.prepare =
                     [](TfLiteContext*, TfLiteNode* node) {
                       TfLiteIntArrayFree(node->temporaries);
                       node->temporaries = Shape1(0);
                       return kTfLiteOk;
                     },
                 .invoke = Double},
                "temporary");
}

TEST_F(CustomKernelTest, MayFailInInit) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.init = [](TfLiteContext*, const char*, size_t) { return TfLiteKernelInitFailed(); },
                 .prepare = LikeInput,
                 .invoke = Double},
                "init");
}

TEST_F(CustomKernelTest, ThatThrowsIsAFinding) {
  Graph({Floats({1})}, {Floats({1})});
  ExpectFailure({.prepare = LikeInput,
                 .invoke = [](TfLiteContext*, TfLiteNode*) -> TfLiteStatus {
                   throw std::runtime_error("thrown words");
                 }},
                "thrown words");
}

TEST_F(CustomKernelTest, CannotGrowAResultBeyondTheLimit) {
  Graph({Floats({1})}, {Floats({Dim(), Dim(), Dim()})});
  ExpectFailure({.prepare =
                     [](TfLiteContext* context, TfLiteNode* node) {
                       const int shape[] = {1 << 30, 1 << 30, 1 << 30};
                       return context->ResizeTensorExplicit(context, Out(context, node, 0), 3, shape);
                     },
                 .invoke = Double},
                "no size");
}

TEST_F(CustomKernelTest, SharesExternalContextsWithinAnInterpreter) {
  Graph({Floats({1})}, {Floats({1})});
  static TfLiteExternalContext external = {};
  TfLiteRegistration kernel = {.prepare = LikeInput};
  kernel.invoke = [](TfLiteContext* context, TfLiteNode* node) {
    const bool known = context->GetExternalContext(context, kTfLiteEigenContext) == &external;
    Out(context, node, 0)->data.f[0] = known ? 1 : 0;
    context->SetExternalContext(context, kTfLiteEigenContext, &external);
    return kTfLiteOk;
  };
  const auto interpreter = With(kernel);
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({1}, {0})), std::vector<float>{0});
  EXPECT_EQ(Run(*interpreter, FloatTensor({1}, {0})), std::vector<float>{1});
}

TEST_F(CustomKernelTest, HearsHowManyThreadsThereAre) {
  Graph({Floats({1})}, {Floats({1})});
  Options options;
  options.threads = 2;
  const auto interpreter = With({.prepare = LikeInput,
                                 .invoke =
                                     [](TfLiteContext* context, TfLiteNode* node) {
                                       Out(context, node, 0)->data.f[0] =
                                           static_cast<float>(context->recommended_num_threads);
                                       return kTfLiteOk;
                                     }},
                                options);
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({1}, {0})), std::vector<float>{2});
}

// The condition and body of a WHILE: x doubles until it is 100 or more.
TEST_F(CustomKernelTest, RunsInALoop) {
  ir::Function* main = module_->AddFunction("main");
  ir::Function* condition = module_->AddFunction("condition");
  ir::Function* body = module_->AddFunction("body");
  ir::Value* x = main->AddParameter(Floats({1}), "x");
  main->SetResults(std::array{ir::Builder(*main).Make(
      tfl::WHILE, {x}, Floats({1}),
      {{"cond_subgraph_index", FunctionRef{"condition"}}, {"body_subgraph_index", FunctionRef{"body"}}})});
  ir::Value* in_condition = condition->AddParameter(Floats({1}), "x");
  ir::Builder builder(*condition);
  condition->SetResults(std::array{
      builder.Make(tfl::LESS, {in_condition, builder.Constant(FloatTensor({1}, {100}))}, Bools({1}))});
  ir::Value* in_body = body->AddParameter(Floats({1}), "x");
  body->SetResults(std::array{
      ir::Builder(*body).Make(module_->UnknownOp(ir::Dialect::kTfl, "Mine"), {in_body}, Floats({1}))});
  const auto interpreter = With({.prepare = LikeInput, .invoke = Double});
  ASSERT_NE(interpreter, nullptr) << Causes();
  EXPECT_EQ(Run(*interpreter, FloatTensor({1}, {3})), std::vector<float>{192}) << Causes();
}

}  // namespace
}  // namespace litesmith::runtime

# Installs the library and builds the examples against the installed package: detect finds what is on the demo picture,
# quantize writes a smaller demo model. Proves that the public headers, the archive and the package configuration are
# whole.
set(prefix ${BUILD}/tests/installed)
set(examples ${BUILD}/tests/examples)
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN} gave ${status}:\n${output}${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()
file(REMOVE_RECURSE ${prefix} ${examples})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component library)
foreach(example IN ITEMS detect quantize)
  run(${CMAKE_COMMAND} -S ${SOURCE}/examples/${example} -B ${examples}/${example} -G Ninja -DCMAKE_PREFIX_PATH=${prefix}
      -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}")
  run(${CMAKE_COMMAND} --build ${examples}/${example})
endforeach()
run(${examples}/detect/detect ${MODEL} ${SOURCE}/models/demo/demo.jpg ${examples}/boxes.png
    apple mug fish clock umbrella)
if(NOT output MATCHES "(apple|mug|fish|clock|umbrella) 0\\.[5-9]")
  message(FATAL_ERROR "the example found nothing on the demo picture:\n${output}")
endif()
run(${examples}/quantize/quantize ${MODEL} ${examples}/small.tflite ${SOURCE}/models/demo/demo.jpg)
if(NOT output MATCHES "tensors in fewer bits" OR NOT EXISTS ${examples}/small.tflite)
  message(FATAL_ERROR "the example wrote no quantized model:\n${output}")
endif()

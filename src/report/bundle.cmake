# cmake -DESBUILD=... -DDAGRE=dagre.js -DFOLDER=page -DVERSION=0.1.0 -DOUTPUT=page.inc -P bundle.cmake
# Bundles main.js and page.css, puts them into page.html, and writes what stands before and after the data as two lines
# LS_PART(text). The page allows exactly this script and this style to run, by their SHA-256.

# The base64 form of a file's SHA-256, as a content security policy wants it.
function(hash_of file result)
  file(SHA256 ${file} hex)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  foreach(at RANGE 0 63 6)  # three bytes are four characters; of the last three, one is missing
    string(SUBSTRING "${hex}00" ${at} 6 three)
    math(EXPR bits "0x${three}")
    foreach(shift IN ITEMS 18 12 6 0)
      math(EXPR index "(${bits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND text ${character})
    endforeach()
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${result} "${text}=" PARENT_SCOPE)
endfunction()

get_filename_component(folder ${OUTPUT} DIRECTORY)
foreach(kind IN ITEMS js css)
  set(entry ${FOLDER}/page.css)
  set(options "")
  if(kind STREQUAL js)
    set(entry ${FOLDER}/main.js)
    set(options --format=iife --alias:dagre=${DAGRE} --legal-comments=eof)
  endif()
  set(bundle ${folder}/page.${kind})
  execute_process(COMMAND ${ESBUILD} ${entry} --bundle --minify --target=es2019 --log-level=warning
                  ${options} --outfile=${bundle} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "esbuild failed on ${entry}")
  endif()
  # Without the line feed at the end; `]` and `;` mean something to CMake's lists only, and this is none.
  file(READ ${bundle} ${kind})
  string(STRIP "${${kind}}" ${kind})
  if("${${kind}}" MATCHES "</(script|style)")
    message(FATAL_ERROR "${bundle} would end its own element")
  endif()
  file(WRITE ${bundle} "${${kind}}")
  hash_of(${bundle} ${kind}_hash)
endforeach()

file(READ ${FOLDER}/page.html page)
foreach(name IN ITEMS VERSION js_hash css_hash css js)  # the script last: what it holds is not looked at again
  string(REPLACE "@${name}@" "${${name}}" page "${page}")
endforeach()
string(FIND "${page}" "@data@" at)
math(EXPR after "${at} + 6")
string(SUBSTRING "${page}" 0 ${at} before)
string(SUBSTRING "${page}" ${after} -1 after)

set(content "")
foreach(part IN ITEMS before after)
  # gcc takes literals of any length, but other compilers end at 65,535 bytes: adjacent ones are one.
  string(LENGTH "${${part}}" length)
  string(APPEND content "LS_PART(")
  foreach(at RANGE 0 ${length} 16000)
    string(SUBSTRING "${${part}}" ${at} 16000 piece)
    string(APPEND content "\nR\"page~(${piece})page~\"")
  endforeach()
  string(APPEND content ")\n")
endforeach()
file(WRITE ${OUTPUT} "${content}")

"""Makes the Object Detection API of 2022 importable under today's TensorFlow, protobuf and NumPy.

`import api_compat` has to come before the first import of TensorFlow or `object_detection`. Nothing of the
API is changed on disk, and the code that builds, trains and exports a detector is the API's own.
"""
import ast
import importlib
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from unittest import mock

# The API is written against Keras 2, which lives on as the package tf_keras.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Imported by some of the API's modules, called by none of the code that an SSD goes through.
UNUSED = {"contextlib2", "cv2", "lvis", "matplotlib", "official", "pandas", "pycocotools", "scipy",
          "tensorflow_io", "tf_slim"}
PROTOS = "object_detection.protos."


class _Unused(mock.MagicMock):
    """Stands for a package of UNUSED: any attribute of it exists, decorators leave functions as they are."""

    __path__ = ()

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and callable(args[0]) else super().__call__(*args, **kwargs)


class _UnusedFinder:
    """An import hook for those packages of UNUSED that are not installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        del path, target
        if name.partition(".")[0] in UNUSED:
            return ModuleSpec(name, _UnusedFinder, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        return _Unused(name=spec.name)

    @staticmethod
    def exec_module(module):
        pass


class _ProtoFinder:
    """An import hook for the API's generated protobuf modules.

    protoc wrote them for an older protobuf, whose way of making descriptors is gone. The serialized
    descriptor inside each of them is still good, and all that is needed.
    """

    @staticmethod
    def find_spec(name, path=None, target=None):
        del target
        if not (name.startswith(PROTOS) and name.endswith("_pb2")):
            return None
        file = os.path.join(list(path)[0], name.removeprefix(PROTOS) + ".py")
        return importlib.util.spec_from_file_location(name, file, loader=_ProtoFinder)

    @staticmethod
    def create_module(spec):
        del spec  # None asks for an ordinary module

    @staticmethod
    def exec_module(module):
        from google.protobuf import descriptor_pool
        from google.protobuf.internal import builder

        with open(module.__spec__.origin, encoding="utf-8") as source:
            nodes = list(ast.walk(ast.parse(source.read())))
        for node in nodes:  # files that this one's descriptor refers to must be in the pool before it
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("object_detection"):
                for imported in node.names:
                    importlib.import_module(f"{node.module}.{imported.name}")
        serialized = next(node.value.value for node in nodes
                          if isinstance(node, ast.keyword) and node.arg == "serialized_pb")
        descriptor = descriptor_pool.Default().AddSerializedFile(serialized)
        builder.BuildMessageAndEnumDescriptors(descriptor, vars(module))
        builder.BuildTopDescriptorsAndMessages(descriptor, module.__name__, vars(module))
        module.DESCRIPTOR = descriptor


sys.meta_path.insert(0, _ProtoFinder)  # before the finder that would run the file as it is
sys.meta_path.append(_UnusedFinder)

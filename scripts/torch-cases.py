"""Writes test/fixtures/torch/*.json: what PyTorch computes for every operation of the tensor library.

Needs PyTorch 2.15 (`pip install torch`); the tests read only the files it leaves. Run: `python scripts/torch-cases.py
[section …]` in the repository's root. The language of the cases: torch_cases/core.py and test/torch/cases.ts.
"""

import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
root = pathlib.Path(__file__).parent.parent / 'test' / 'fixtures' / 'torch'
here = pathlib.Path(__file__).parent / 'torch_cases'
wanted = sys.argv[1:] or sorted(p.stem for p in here.glob('*.py') if p.stem not in ('__init__', 'core'))

root.mkdir(parents=True, exist_ok=True)
for module in wanted:
    built = importlib.import_module(f'torch_cases.{module}').build()
    for section in built if isinstance(built, list) else [built]:
        count, bytes_ = section.write(root)
        print(f'{section.name}: {count} cases, {bytes_ / 1024:.0f} KiB')
        for problem in section.problems:
            print('  !', problem)

"""python -m manjuc"""

from manjuc.cli import main

main()

"""What is measured, against what: ``./dew bench``. Claims about speed are ratios from one run."""

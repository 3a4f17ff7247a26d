"""The figures of 總覽."""

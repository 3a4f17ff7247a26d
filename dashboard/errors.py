"""What an operator must mend: one family of errors. The message is in Chinese: what is wrong, where, and what to do.

What a school or a viewer mends (a row, a cell, a choice on a page) is data, and no error of this family.
"""

import errno


class OperatorError(Exception):
    """A command ends with its message on standard error and with its `code`."""

    code = 3
    """The exit code: 2 the command line is wrong; 3 nothing was published, read or written."""


class UsageError(OperatorError):
    """The command line asks for what does not exist, or leaves out what is needed; the message lists what exists."""

    code = 2


class FileError(OperatorError):
    """A file or a folder that the command line names cannot be read or written."""


class PortTaken(OperatorError):
    """The port cannot be listened on."""

    def __init__(self, port: int) -> None:
        """Say which port, and how another is chosen."""
        super().__init__(f"連接埠 {port} 不能用，可能已有程式在使用。請以 --port 換一個。")


def reason(error: OSError) -> str:
    """What the operating system answered, in Chinese where it is one of the usual answers."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


_REASONS = {
    errno.EACCES: "沒有權限",
    errno.EPERM: "沒有權限",
    errno.ENOENT: "檔案不存在",
    errno.ENOSPC: "磁碟空間不足",
    errno.EFBIG: "超過檔案大小上限",
    errno.EROFS: "磁碟是唯讀的",
    errno.EEXIST: "已有同名的檔案",
    errno.ENOTDIR: "路徑中有一段不是資料夾",
    errno.EISDIR: "它是資料夾",
    errno.ENAMETOOLONG: "名稱太長",
    errno.EIO: "磁碟讀寫失敗",
}
